"""Maps a ticket to its events."""

from typing import TypeVar

from ticketing_common.events import TicketState
from ticketing_tickets.domain import Ticket

EventT = TypeVar("EventT", bound=TicketState)


def event_for(event: type[EventT], ticket: Ticket) -> EventT:
    """The ticket's whole state as an `event`."""
    return event(
        id=ticket.id,
        version=ticket.version,
        title=ticket.title,
        price=ticket.price,
        user_id=ticket.user_id,
        order_id=ticket.order_id,
    )
