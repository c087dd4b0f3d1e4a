"""What can happen to a ticket. Each is one write of the ticket and its event."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from ticketing_common.errors import NotFound, Unavailable
from ticketing_common.events import OrderState, TicketCreated, TicketState, TicketUpdated
from ticketing_common.ids import is_id
from ticketing_tickets import domain
from ticketing_tickets.domain import Ticket

# Each lost race means that somebody else got ahead, so a handful is plenty unless something is badly wrong.
TRIES = 20


class Tickets(Protocol):
    """Where tickets are kept. Lists are newest first and begin after the ticket `after`."""

    async def add(self, ticket: Ticket, event: TicketState) -> None:
        """Store a new ticket and its event."""

    async def find(self, ticket_id: str) -> Ticket | None:
        """The ticket with this id."""

    async def find_buyable(self, *, after: str | None, limit: int) -> list[Ticket]:
        """Tickets that no order holds."""

    async def find_by_seller(self, seller_id: str, *, after: str | None, limit: int) -> list[Ticket]:
        """The seller's tickets, in every state."""

    async def replace(self, before: Ticket, after: Ticket, event: TicketState | None) -> bool:
        """Store `after` and its event if the ticket still is as `before`; else False: read and decide again."""


async def create_ticket(
    tickets: Tickets, *, ticket_id: str, seller_id: str, title: str, price: int, now: datetime
) -> Ticket:
    """Put a ticket on sale."""
    ticket = Ticket(id=ticket_id, title=title, price=price, user_id=seller_id, created_at=now)
    await tickets.add(ticket, _event(TicketCreated, ticket))
    return ticket


async def edit_ticket(tickets: Tickets, *, ticket_id: str, user_id: str, title: str, price: int) -> Ticket:
    """Change title and price; NotFound, NotTheSeller or TicketReserved."""
    _require_id(ticket_id)
    return await _change(
        tickets, ticket_id, lambda ticket: domain.edit(ticket, user_id=user_id, title=title, price=price)
    )


async def apply_order(tickets: Tickets, order: OrderState) -> Ticket:
    """Let the order take or free its ticket, if nothing newer has been heard; NotFound when there is no ticket."""
    return await _change(tickets, order.ticket.id, lambda ticket: domain.apply_order(ticket, order))


async def get_ticket(tickets: Tickets, ticket_id: str) -> Ticket:
    """The ticket, or NotFound."""
    _require_id(ticket_id)
    return _found(await tickets.find(ticket_id))


async def list_tickets(tickets: Tickets, *, seller_id: str | None, after: str | None, limit: int) -> list[Ticket]:
    """Tickets that can be bought, or all of one seller's; newest first."""
    if seller_id is None:
        return await tickets.find_buyable(after=after, limit=limit)
    return await tickets.find_by_seller(seller_id, after=after, limit=limit)


async def _change(tickets: Tickets, ticket_id: str, decide: Callable[[Ticket], Ticket]) -> Ticket:
    """Read, decide and write, again for as long as others get ahead of us; Unavailable after too many."""
    for _ in range(TRIES):
        before = _found(await tickets.find(ticket_id))
        after = decide(before)
        visible = after.version > before.version
        if after == before or await tickets.replace(before, after, _event(TicketUpdated, after) if visible else None):
            return after
    raise Unavailable("Too many changes to the same ticket at once. Try again in a few seconds.")


def _require_id(ticket_id: str) -> None:
    if not is_id(ticket_id):
        _found(None)


def _found(ticket: Ticket | None) -> Ticket:
    if ticket is None:
        raise NotFound("There is no such ticket.")
    return ticket


def _event(kind: type[TicketCreated] | type[TicketUpdated], ticket: Ticket) -> TicketState:
    return kind(
        id=ticket.id,
        version=ticket.version,
        title=ticket.title,
        price=ticket.price,
        user_id=ticket.user_id,
        order_id=ticket.order_id,
    )
