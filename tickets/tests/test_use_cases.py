"""Use cases on an in-memory store in which another writer can be first."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ticketing_common.errors import NotFound, Unavailable
from ticketing_common.events import (
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    TicketCreated,
    TicketState,
    TicketUpdated,
)
from ticketing_common.mongo import new_id
from ticketing_test_support.samples import order_event
from ticketing_tickets import domain, use_cases
from ticketing_tickets.domain import Ticket, TicketReserved

SELLER = new_id()


class InMemoryTicketStore:
    """Compares as strictly as the real store. `meanwhile` is called once, before the next save."""

    def __init__(self, *tickets: Ticket) -> None:
        self.stored = {ticket.id: ticket for ticket in tickets}
        self.published: list[TicketState] = []
        self.meanwhile: Callable[[], None] = lambda: None

    async def add(self, ticket: Ticket, event: TicketState) -> None:
        self.stored[ticket.id] = ticket
        self.published.append(event)

    async def find(self, ticket_id: str) -> Ticket | None:
        return self.stored.get(ticket_id)

    async def find_buyable(self, *, after: str | None, limit: int) -> list[Ticket]:
        return self._list(lambda ticket: ticket.order_id is None, after, limit)

    async def find_by_seller(self, seller_id: str, *, after: str | None, limit: int) -> list[Ticket]:
        return self._list(lambda ticket: ticket.user_id == seller_id, after, limit)

    async def save(self, before: Ticket, after: Ticket, event: TicketState | None) -> bool:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        if self.stored[before.id] != before:
            return False
        self.stored[after.id] = after
        self.published.extend([event] if event else [])
        return True

    def _list(self, shown: Callable[[Ticket], bool], after: str | None, limit: int) -> list[Ticket]:
        newest_first = [self.stored[key] for key in sorted(self.stored, reverse=True)]
        return [ticket for ticket in newest_first if shown(ticket) and (after is None or ticket.id < after)][:limit]


def a_ticket() -> Ticket:
    return Ticket(id=new_id(), title="Front row", price=1250, user_id=SELLER, created_at=datetime.now(UTC))


async def test_new_ticket_publishes_version_zero() -> None:
    store = InMemoryTicketStore()
    ticket = await use_cases.create_ticket(
        store, ticket_id=new_id(), seller_id=SELLER, title="Front row", price=1250, now=datetime.now(UTC)
    )
    assert store.published == [
        TicketCreated(id=ticket.id, version=0, title="Front row", price=1250, user_id=SELLER, order_id=None)
    ]


async def test_edit_publishes_the_next_version() -> None:
    ticket = a_ticket()
    store = InMemoryTicketStore(ticket)
    await use_cases.edit_ticket(store, ticket_id=ticket.id, user_id=SELLER, title="Back row", price=900)
    assert store.published == [TicketUpdated(id=ticket.id, version=1, title="Back row", price=900, user_id=SELLER)]


async def test_unchanged_edit_publishes_nothing() -> None:
    ticket = a_ticket()
    store = InMemoryTicketStore(ticket)
    edited = await use_cases.edit_ticket(store, ticket_id=ticket.id, user_id=SELLER, title="Front row", price=1250)
    assert (edited, store.published) == (ticket, [])


@pytest.mark.parametrize("ticket_id", ["no id", "", "A" * 24, "6b03400a378002db41e476fa"])
async def test_unknown_ticket_is_not_found(ticket_id: str) -> None:
    store = InMemoryTicketStore(a_ticket())
    with pytest.raises(NotFound):
        await use_cases.get_ticket(store, ticket_id)
    with pytest.raises(NotFound):
        await use_cases.edit_ticket(store, ticket_id=ticket_id, user_id=SELLER, title="x", price=50)


async def test_order_before_an_edit_wins() -> None:
    ticket = a_ticket()
    store = InMemoryTicketStore(ticket)
    reserved = domain.apply_order(ticket, order_event(OrderCreated, ticket_id=ticket.id))
    store.meanwhile = lambda: store.stored.update({ticket.id: reserved})
    with pytest.raises(TicketReserved):
        await use_cases.edit_ticket(store, ticket_id=ticket.id, user_id=SELLER, title="Back row", price=900)
    assert (store.stored[ticket.id], store.published) == (reserved, [])


async def test_edit_before_an_order_is_kept() -> None:
    ticket = a_ticket()
    store = InMemoryTicketStore(ticket)
    edited = domain.edit(ticket, user_id=SELLER, title="Back row", price=900)
    store.meanwhile = lambda: store.stored.update({ticket.id: edited})
    after = await use_cases.apply_order(store, order_event(OrderCreated, id="first", ticket_id=ticket.id))
    assert (after.title, after.order_id, after.version) == ("Back row", "first", 2)


async def test_cancellation_before_its_order_keeps_ticket_free() -> None:
    """The cancellation moves only the fence; comparing the version alone would lock the ticket."""
    ticket = a_ticket()
    store = InMemoryTicketStore(ticket)
    cancelled = domain.apply_order(ticket, order_event(OrderCancelled, id="first", ticket_id=ticket.id, version=1))
    store.meanwhile = lambda: store.stored.update({ticket.id: cancelled})
    after = await use_cases.apply_order(store, order_event(OrderCreated, id="first", ticket_id=ticket.id))
    assert (after.order_id, after.version, store.published) == (None, 0, [])


async def test_completion_moves_the_fence_without_an_event() -> None:
    ticket = a_ticket()
    store = InMemoryTicketStore(ticket)
    await use_cases.apply_order(store, order_event(OrderCreated, id="first", ticket_id=ticket.id))
    await use_cases.apply_order(store, order_event(OrderCompleted, id="first", ticket_id=ticket.id, version=1))
    assert [(event.version, event.order_id) for event in store.published] == [(1, "first")]
    assert store.stored[ticket.id].fence == (1, 1)


async def test_order_for_unknown_ticket_fails() -> None:
    with pytest.raises(NotFound):
        await use_cases.apply_order(InMemoryTicketStore(), order_event(OrderCreated))


async def test_too_many_conflicts_are_unavailable() -> None:
    ticket = a_ticket()

    class Crowded(InMemoryTicketStore):
        async def save(self, before: Ticket, after: Ticket, event: TicketState | None) -> bool:
            return False

    with pytest.raises(Unavailable):
        await use_cases.apply_order(Crowded(ticket), order_event(OrderCreated, ticket_id=ticket.id))
