"""What can happen to a ticket. Each use case is one write of the ticket and its event."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ticketing_common.concurrency import update, update_all
from ticketing_common.errors import NotFound
from ticketing_common.events import OrderState, Received
from ticketing_common.ids import is_id
from ticketing_tickets import domain
from ticketing_tickets.domain import Ticket
from ticketing_tickets.events import event_between, listed
from ticketing_tickets.ports import TicketChange, TicketStore


async def create_ticket(
    store: TicketStore, *, ticket_id: str, seller_id: str, title: str, price: int, now: datetime
) -> Ticket:
    """Put a ticket on sale."""
    ticket = Ticket(id=ticket_id, title=title, price=price, user_id=seller_id, created_at=now)
    await store.add(ticket, listed(ticket))
    return ticket


async def edit_ticket(store: TicketStore, *, ticket_id: str, user_id: str, title: str, price: int) -> Ticket:
    """Change title and price; NotFound, NotTheSeller or TicketReserved."""
    return await update(
        lambda: get_ticket(store, ticket_id),
        lambda ticket: domain.edit(ticket, user_id=user_id, title=title, price=price),
        lambda before, after: _save(store, before, after),
    )


async def apply_order(store: TicketStore, order: OrderState) -> Ticket:
    """Let the order reserve or release its ticket, unless newer state is known; NotFound without such a ticket."""
    return await update(
        lambda: get_ticket(store, order.ticket.id),
        lambda ticket: domain.apply_order(ticket, order),
        lambda before, after: _save(store, before, after),
    )


async def apply_orders(store: TicketStore, orders: Mapping[str, Received[OrderState]]) -> set[str]:
    """As `apply_order`, for the order of each ticket, by its id, in one write; the ids without a ticket."""

    async def save(changed: Sequence[tuple[Ticket, Ticket]]) -> bool:
        changes = [
            TicketChange(after, before, event_between(before, after), orders[after.id].trace)
            for before, after in changed
        ]
        return await store.save_all(changes)

    found = await update_all(
        lambda: store.find_all(orders), lambda ticket: domain.apply_order(ticket, orders[ticket.id].event), save
    )
    return orders.keys() - {ticket.id for ticket in found}


async def get_ticket(store: TicketStore, ticket_id: str) -> Ticket:
    """The ticket, or NotFound."""
    ticket = await store.find(ticket_id) if is_id(ticket_id) else None
    if ticket is None:
        raise NotFound("There is no such ticket.")
    return ticket


async def list_tickets(store: TicketStore, *, seller_id: str | None, after: str | None, limit: int) -> list[Ticket]:
    """Tickets that can be bought, or all of one seller's; newest first."""
    if seller_id is None:
        return await store.find_buyable(after=after, limit=limit)
    return await store.find_by_seller(seller_id, after=after, limit=limit)


async def _save(store: TicketStore, before: Ticket, after: Ticket) -> bool:
    return await store.save(after, expected=before, event=event_between(before, after))
