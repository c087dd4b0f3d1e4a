"""Use cases on an in-memory database in which another writer can be first."""

from datetime import UTC, datetime

import pytest

from ticketing_common.errors import NotFound, Unavailable
from ticketing_common.events import (
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    Received,
    TicketCreated,
    TicketState,
    TicketStep,
    TicketUpdated,
)
from ticketing_common.mongo import new_id
from ticketing_test_support.memory import InMemoryDatabase, WriteFaults
from ticketing_test_support.outbox import pending_events
from ticketing_test_support.samples import order_event
from ticketing_tickets import use_cases
from ticketing_tickets.domain import Ticket, TicketReserved
from ticketing_tickets.listeners import OrderCreatedListener
from ticketing_tickets.store import MongoTicketStore

SELLER = new_id()
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = datetime(9999, 1, 1, tzinfo=UTC)


@pytest.fixture
async def ticket(store: MongoTicketStore) -> Ticket:
    """A ticket that was just put on sale."""
    return await use_cases.create_ticket(
        store, ticket_id=new_id(), seller_id=SELLER, title="Front row", price=1250, now=NOW
    )


async def edit(store: MongoTicketStore, ticket: Ticket, *, title: str = "Back row", price: int = 900) -> Ticket:
    return await use_cases.edit_ticket(store, ticket_id=ticket.id, user_id=SELLER, title=title, price=price)


async def reload(store: MongoTicketStore, ticket: Ticket) -> Ticket:
    return await use_cases.get_ticket(store, ticket.id, viewer=lambda: None)


async def test_edit_publishes_the_next_version(store: MongoTicketStore, ticket: Ticket) -> None:
    await edit(store, ticket)
    assert await pending_events(store.documents) == [
        TicketCreated(id=ticket.id, version=0, title="Front row", price=1250, user_id=SELLER, step=TicketStep.NEW),
        TicketUpdated(id=ticket.id, version=1, title="Back row", price=900, user_id=SELLER, step=TicketStep.REPRICED),
    ]


async def test_unchanged_edit_publishes_nothing(store: MongoTicketStore, ticket: Ticket) -> None:
    assert await edit(store, ticket, title=ticket.title, price=ticket.price) == ticket
    assert len(await pending_events(store.documents)) == 1


@pytest.mark.parametrize("ticket_id", ["no id", "", "A" * 24, "6b03400a378002db41e476fa"])
async def test_unknown_ticket_is_not_found(store: MongoTicketStore, ticket: Ticket, ticket_id: str) -> None:
    with pytest.raises(NotFound):
        await use_cases.get_ticket(store, ticket_id, viewer=lambda: SELLER)
    with pytest.raises(NotFound):
        await use_cases.edit_ticket(store, ticket_id=ticket_id, user_id=SELLER, title="x", price=50)


async def test_order_before_an_edit_wins(store: MongoTicketStore, faults: WriteFaults, ticket: Ticket) -> None:
    order = order_event(OrderCreated, ticket_id=ticket.id)
    faults.meanwhile = lambda: use_cases.apply_order(store, order)
    with pytest.raises(TicketReserved):
        await edit(store, ticket)
    reserved = await reload(store, ticket)
    assert (reserved.title, reserved.order_id, reserved.version) == ("Front row", order.id, 1)


async def test_edit_before_an_order_is_kept(store: MongoTicketStore, faults: WriteFaults, ticket: Ticket) -> None:
    faults.meanwhile = lambda: edit(store, ticket)
    after = await use_cases.apply_order(store, order_event(OrderCreated, id="first", ticket_id=ticket.id))
    assert (after.title, after.order_id, after.version) == ("Back row", "first", 2)


async def test_cancellation_before_its_order_keeps_ticket_free(
    store: MongoTicketStore, faults: WriteFaults, ticket: Ticket
) -> None:
    """The cancellation moves only the fence; comparing the version alone would lock the ticket."""
    cancelled = order_event(OrderCancelled, id="first", ticket_id=ticket.id, version=1)
    faults.meanwhile = lambda: use_cases.apply_order(store, cancelled)
    after = await use_cases.apply_order(store, order_event(OrderCreated, id="first", ticket_id=ticket.id))
    assert (after.order_id, after.version, len(await pending_events(store.documents))) == (None, 0, 1)


async def test_completion_moves_the_fence_without_an_event(store: MongoTicketStore, ticket: Ticket) -> None:
    await use_cases.apply_order(store, order_event(OrderCreated, id="first", ticket_id=ticket.id))
    await use_cases.apply_order(store, order_event(OrderCompleted, id="first", ticket_id=ticket.id, version=1))
    events = [event for event in await pending_events(store.documents) if isinstance(event, TicketState)]
    assert [(event.version, event.order_id) for event in events] == [(0, None), (1, "first")]
    assert (await reload(store, ticket)).fence == (1, 1)


async def test_order_for_unknown_ticket_fails(store: MongoTicketStore) -> None:
    with pytest.raises(NotFound):
        await use_cases.apply_order(store, order_event(OrderCreated))


async def test_too_many_conflicts_are_unavailable(memory: InMemoryDatabase, ticket: Ticket) -> None:
    class Contended(MongoTicketStore):
        async def save(self, ticket: Ticket, *, expected: Ticket, event: TicketState | None = None) -> bool:
            return False

    with pytest.raises(Unavailable):
        await use_cases.apply_order(Contended(memory), order_event(OrderCreated, ticket_id=ticket.id))


async def apply_all(store: MongoTicketStore, *orders: OrderCreated) -> list[str]:
    """The ids of the orders left to be applied on their own."""
    batch = [Received(order, f"trace of {order.id}") for order in orders]
    return [received.event.id for received in await OrderCreatedListener(store).handle_batch(batch)]


async def test_batch_reserves_each_ticket_for_its_newest_order(store: MongoTicketStore, ticket: Ticket) -> None:
    other, unknown = await create_another(store), order_event(OrderCreated, id="unknown")
    newest = order_event(OrderCreated, id="2", hold=2, ticket_id=ticket.id)
    late = order_event(OrderCreated, id="1", hold=1, ticket_id=ticket.id)
    single = order_event(OrderCreated, id="3", ticket_id=other.id)
    assert await apply_all(store, newest, single, late, newest, unknown) == ["unknown"]
    assert [(await reload(store, item)).order_id for item in (ticket, other)] == [
        "2",
        "3",
    ]
    pending = {item.document_id: item.envelopes for item in await store.documents.pending(before=LATER, limit=9)}
    assert [envelope.traceparent for envelope in pending[ticket.id][1:]] == ["trace of 2"]


async def test_ticket_edited_during_a_batch_keeps_the_edit_and_is_reserved(
    store: MongoTicketStore, faults: WriteFaults, ticket: Ticket
) -> None:
    other = await create_another(store)
    faults.meanwhile = lambda: edit(store, ticket)
    orders = [order_event(OrderCreated, id=item.id, ticket_id=item.id) for item in (other, ticket)]
    assert await apply_all(store, *orders) == []
    after = await reload(store, ticket)
    assert (after.title, after.order_id, after.version) == ("Back row", ticket.id, 2)
    assert (await reload(store, other)).order_id == other.id


async def test_newer_order_during_a_batch_keeps_the_ticket(
    store: MongoTicketStore, faults: WriteFaults, ticket: Ticket
) -> None:
    newer = order_event(OrderCreated, id="newer", hold=2, ticket_id=ticket.id)
    faults.meanwhile = lambda: use_cases.apply_order(store, newer)
    assert await apply_all(store, order_event(OrderCreated, id="older", hold=1, ticket_id=ticket.id)) == []
    assert (await reload(store, ticket)).order_id == "newer"


async def create_another(store: MongoTicketStore) -> Ticket:
    return await use_cases.create_ticket(store, ticket_id=new_id(), seller_id=SELLER, title="Box", price=900, now=NOW)
