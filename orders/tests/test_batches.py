"""Many expiries, and many tickets, in one write: each as if it had been alone."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ticketing_common.errors import Unavailable
from ticketing_common.events import (
    CancelReason,
    ExpirationComplete,
    OrderCancelled,
    OrderStatus,
    Received,
    TicketUpdated,
)
from ticketing_common.mongo import new_id
from ticketing_orders import use_cases
from ticketing_orders.domain import Order, Ticket
from ticketing_orders.listeners import ExpirationCompleteListener, TicketUpdatedListener
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.memory import InMemoryDatabase, WriteFaults
from ticketing_test_support.orders import (
    HOLD_FOR,
    NOW,
    RULES,
    cancel,
    captured_payment,
    events_of,
    expire,
    pay,
    place,
    reload,
)

DUE = NOW + HOLD_FOR
Meanwhile = Callable[[MongoOrderStore, Order], Awaitable[object]]


async def record_decline(store: MongoOrderStore, order: Order) -> None:
    """payment.failed arrives: the order gets another version."""
    await use_cases.record_payment(store, order_id=order.id, payment=captured_payment(captured=0))


async def expire_all(store: MongoOrderStore, *orders: Order) -> list[str]:
    """The ids left to be expired on their own."""
    listener = ExpirationCompleteListener(store, now=lambda: DUE)
    batch = [Received(ExpirationComplete(order_id=order.id), f"trace of {order.id}") for order in orders]
    return [received.event.order_id for received in await listener.handle_batch(batch)]


async def ending(store: MongoOrderStore, order: Order) -> tuple[OrderStatus, CancelReason | None]:
    found = await reload(store, order)
    return found.status, found.reason


EXPIRED = (OrderStatus.CANCELLED, CancelReason.EXPIRED)


async def test_each_order_expires_with_its_own_event(store: MongoOrderStore, memory: InMemoryDatabase) -> None:
    orders = [await place(store) for _ in range(3)]
    assert await expire_all(store, *orders) == []
    alone = await place(store)
    await expire(store, alone)
    for order in orders:
        assert await ending(store, order) == EXPIRED
        [_, event] = await events_of(store, order)
        expected = (await events_of(store, alone))[1]
        assert isinstance(event, OrderCancelled)
        kept = {"id": order.id, "user_id": order.user_id, "ticket": event.ticket}
        assert event == expected.model_copy(update=kept)
        outbox = (await memory.collection("orders").find_one({"_id": order.id}))["outbox"]
        assert outbox[1]["trace"] == f"trace of {order.id}"


@pytest.mark.parametrize(
    ("meanwhile", "expected"),
    [
        (pay, (OrderStatus.COMPLETE, None)),
        (cancel, (OrderStatus.CANCELLED, CancelReason.BUYER)),
        (record_decline, EXPIRED),
        (expire, EXPIRED),
    ],
)
async def test_order_that_another_writer_changes_meanwhile_is_decided_again(
    store: MongoOrderStore, faults: WriteFaults, meanwhile: Meanwhile, expected: object
) -> None:
    orders = [await place(store) for _ in range(3)]
    faults.meanwhile = lambda: meanwhile(store, orders[1])
    assert await expire_all(store, *orders) == []
    assert [await ending(store, order) for order in orders] == [EXPIRED, expected, EXPIRED]
    for order in orders:
        assert len([event for event in await events_of(store, order) if isinstance(event, OrderCancelled)]) == (
            0 if expected == (OrderStatus.COMPLETE, None) and order is orders[1] else 1
        )


async def test_orders_with_time_left_and_unknown_ones_are_left(store: MongoOrderStore) -> None:
    due, early = await place(store), await place(store, rules=replace(RULES, hold_for=HOLD_FOR + timedelta(seconds=1)))
    unknown = await place(MongoOrderStore(InMemoryDatabase({})))
    assert sorted(await expire_all(store, early, due, unknown)) == sorted([early.id, unknown.id])
    assert await ending(store, due) == EXPIRED
    assert (await reload(store, early)).status is OrderStatus.CREATED


async def test_closed_and_repeated_orders_change_nothing(store: MongoOrderStore) -> None:
    paid, open_order = await place(store), await place(store)
    await pay(store, paid)
    for _ in range(2):
        assert await expire_all(store, open_order, paid, open_order) == []
    assert len(await events_of(store, open_order)) == 2
    assert (await reload(store, paid)).status is OrderStatus.COMPLETE


@pytest.mark.parametrize("is_done", [True, False])
async def test_interrupted_batch_is_completed_by_a_repetition(
    store: MongoOrderStore, faults: WriteFaults, is_done: bool
) -> None:
    orders = [await place(store) for _ in range(3)]
    faults.fails_after, faults.is_done = 1, is_done
    with pytest.raises(Unavailable):
        await expire_all(store, *orders)
    assert await expire_all(store, *orders) == []
    assert [await ending(store, order) for order in orders] == [EXPIRED] * 3
    assert [len(await events_of(store, order)) for order in orders] == [2] * 3


async def test_newest_ticket_of_a_batch_is_stored(store: MongoOrderStore) -> None:
    ids = [new_id(), new_id()]

    def updated(ticket_id: str, version: int) -> Received[Any]:
        fields = {"id": ticket_id, "version": version, "title": f"v{version}", "price": 100 + version}
        return Received(TicketUpdated(**fields, user_id="s"), "trace")

    listener = TicketUpdatedListener(store)
    await listener.handle_batch([updated(ids[0], 4)])
    batch = [updated(ticket_id, version) for ticket_id in ids for version in (1, 3, 2, 3)]
    assert await listener.handle_batch(batch) == ()
    assert [await store.find_ticket(ticket_id) for ticket_id in ids] == [
        Ticket(id=ids[0], version=4, title="v4", price=104, seller_id="s"),
        Ticket(id=ids[1], version=3, title="v3", price=103, seller_id="s"),
    ]


async def test_ticket_that_another_process_creates_meanwhile_becomes_the_newest(
    store: MongoOrderStore, faults: WriteFaults
) -> None:
    listed = Ticket(id=new_id(), version=0, title="Listed", price=100)
    edited = replace(listed, version=1, title="Edited")
    faults.meanwhile = lambda: store.save_tickets([listed])
    await store.save_tickets([edited])
    assert await store.find_ticket(listed.id) == edited
