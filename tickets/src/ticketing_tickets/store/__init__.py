"""Tickets in MongoDB."""

from ticketing_tickets.store.indexes import INDEXES, TERM_INDEXES
from ticketing_tickets.store.tickets import MongoTicketStore

__all__ = ["INDEXES", "TERM_INDEXES", "MongoTicketStore"]
