"""Tickets as documents."""

from typing import Any

from ticketing_common.documents import known_fields
from ticketing_common.mongo import Write, compare_and_set
from ticketing_tickets.domain import Availability, Fence, Ticket
from ticketing_tickets.ports import TicketChange
from ticketing_tickets.terms import title_terms


def to_document(ticket: Ticket) -> dict[str, Any]:
    return {"_id": ticket.id, "user_id": ticket.user_id, "created_at": ticket.created_at, **changeable(ticket)}


def changeable(ticket: Ticket) -> dict[str, Any]:
    on_sale = ticket.availability is Availability.ON_SALE
    return {
        "title": ticket.title,
        "price": ticket.price,
        "version": ticket.version,
        "order_id": ticket.order_id,
        "reserved_until": ticket.reserved_until,
        "withdrawn": ticket.withdrawn,
        "buyable": on_sale,
        **({"search": search_fields(ticket.title)} if on_sale else {}),
        **_fence(ticket),
    }


def search_fields(title: str) -> dict[str, Any]:
    """The terms, and the title that they are of: an earlier release changes that without them."""
    return {"title": title, "terms": title_terms(title)}


def write(change: TicketChange) -> Write:
    events = [change.event] if change.event else []
    return compare_and_set(unchanged(change.expected), changeable(change.ticket), events, trace=change.trace)


def unchanged(ticket: Ticket) -> dict[str, Any]:
    """The fence is compared too: an order event may move it without a new version."""
    return {"_id": ticket.id, "version": ticket.version, **_fence(ticket)}


def _fence(ticket: Ticket) -> dict[str, int]:
    return {"hold": ticket.fence.hold, "order_version": ticket.fence.order_version}


def to_ticket(document: dict[str, Any]) -> Ticket:
    fence = Fence(document["hold"], document["order_version"])
    return Ticket(**known_fields(Ticket, document) | {"id": document["_id"], "fence": fence})
