"""What can happen to a ticket. Each use case is one write of the ticket and its event."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime

from ticketing_common.concurrency import update, update_all
from ticketing_common.events import OrderState, Received
from ticketing_common.idempotency import Record, unrecorded
from ticketing_common.ids import is_id
from ticketing_tickets import domain
from ticketing_tickets.domain import Availability, NoSuchTicket, Ticket
from ticketing_tickets.events import event_between, listed
from ticketing_tickets.find_tickets import Found, find_tickets
from ticketing_tickets.ports import TicketChange, TicketStore
from ticketing_tickets.search import EVERYTHING, Search

# So many of a seller's tickets are read at once where all are wanted: two milliseconds of work between other requests.
BATCH = 100

RequireVersion = Callable[[int], None]
"""Raises if the current version is not the one that the client wants to change."""


def any_version(_version: int) -> None:
    """Accepts every version."""


async def create_ticket(
    store: TicketStore,
    *,
    ticket_id: str,
    seller_id: str,
    title: str,
    price: int,
    now: datetime,
    record: Record[Ticket] = unrecorded,
) -> Ticket:
    """Put a ticket on sale; RequestRepeated."""
    ticket = Ticket(id=ticket_id, title=title, price=price, user_id=seller_id, created_at=now)
    await store.add(ticket, listed(ticket), request=record(ticket))
    return ticket


async def edit_ticket(
    store: TicketStore,
    *,
    ticket_id: str,
    user_id: str,
    title: str,
    price: int,
    require_version: RequireVersion = any_version,
) -> Ticket:
    """Change title and price; NoSuchTicket, NotTheSeller, TicketReserved or AlreadyWithdrawn.

    `require_version` is called with the version that is changed, unless the ticket is so already.
    """
    return await _change(
        store,
        ticket_id,
        user_id,
        lambda ticket: domain.edit(ticket, user_id=user_id, title=title, price=price),
        require_version,
    )


async def withdraw_ticket(
    store: TicketStore, *, ticket_id: str, user_id: str, require_version: RequireVersion = any_version
) -> Ticket:
    """Take a ticket off sale; NoSuchTicket, NotTheSeller or TicketReserved. `require_version` as in `edit_ticket`."""
    return await _change(
        store, ticket_id, user_id, lambda ticket: domain.withdraw(ticket, user_id=user_id), require_version
    )


async def apply_order(store: TicketStore, order: OrderState) -> Ticket:
    """Let the order reserve or release its ticket, unless newer state is known; NotFound without such a ticket."""
    return await update(
        lambda: _find(store, order.ticket.id),
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


async def get_ticket(store: TicketStore, ticket_id: str, *, viewer: Callable[[], str | None]) -> Ticket:
    """The ticket, or NoSuchTicket. `viewer` returns the user's id, if there is one; it is called if that matters."""
    ticket = await _find(store, ticket_id)
    if ticket.withdrawn:
        domain.require_visible(ticket, viewer())
    return ticket


async def list_tickets(
    store: TicketStore,
    *,
    seller_id: str | None,
    state: Availability | None = None,
    search: Search = EVERYTHING,
    after: str | None,
    limit: int,
) -> Found:
    """A page of the tickets that can be bought and match the search, or of one seller's in this or every state."""
    if seller_id is None and search != EVERYTHING:
        return await find_tickets(store, search, after=after, limit=limit)
    start = EVERYTHING.parse_cursor(after)
    last_id = start[1] if start else None
    if seller_id is None:
        found = await store.find_buyable(after=last_id, limit=limit + 1)
    else:
        found = await store.find_by_seller(seller_id, state=state, after=last_id, limit=limit + 1)
    return Found(found[:limit], found[limit - 1].id if len(found) > limit else None)


async def all_tickets_of(store: TicketStore, seller_id: str) -> AsyncIterator[Sequence[Ticket]]:
    """All the seller's tickets, newest first: at least one batch, which may be empty, each read when it is wanted."""
    after = None
    while True:
        batch = await store.find_by_seller(seller_id, after=after, limit=BATCH)
        yield batch
        if len(batch) < BATCH:
            return
        after = batch[-1].id


async def _change(
    store: TicketStore,
    ticket_id: str,
    user_id: str,
    decide: Callable[[Ticket], Ticket],
    require_version: RequireVersion,
) -> Ticket:
    """What would fail, or change nothing, does so whatever the version (RFC 9110, 13.2.1)."""

    def change(ticket: Ticket) -> Ticket:
        changed = decide(ticket)
        if changed is not ticket:
            require_version(ticket.version)
        return changed

    return await update(
        lambda: get_ticket(store, ticket_id, viewer=lambda: user_id),
        change,
        lambda before, after: _save(store, before, after),
    )


async def _find(store: TicketStore, ticket_id: str) -> Ticket:
    ticket = await store.find(ticket_id) if is_id(ticket_id) else None
    if ticket is None:
        raise NoSuchTicket
    return ticket


async def _save(store: TicketStore, before: Ticket, after: Ticket) -> bool:
    return await store.save(after, expected=before, event=event_between(before, after))
