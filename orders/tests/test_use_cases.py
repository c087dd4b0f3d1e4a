"""Placing, cancelling and expiring orders, and what happens when another writer is first."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ticketing_common.errors import NotFound, Unavailable
from ticketing_common.events import CancelReason, Event, OrderCancelled, OrderCreated, OrderStatus
from ticketing_common.idempotency import StoredRequest
from ticketing_common.mongo import new_id
from ticketing_orders import use_cases
from ticketing_orders.domain import AlreadyComplete, HoldTaken, Order, Ticket, TicketReserved
from ticketing_orders.monitor import OverdueReservationMonitor
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.memory import InMemoryDatabase, WriteFaults
from ticketing_test_support.orders import (
    HOLD_FOR,
    NOW,
    PRICE,
    cancel,
    captured_payment,
    events_of,
    expire,
    list_ticket,
    pay,
    place,
    place_again,
    reload,
)


async def test_placing_publishes_the_whole_order(store: MongoOrderStore) -> None:
    order = await place(store)
    [event] = await events_of(store, order)
    assert isinstance(event, OrderCreated)
    assert (event.id, event.version, event.hold, event.status) == (order.id, 0, 1, OrderStatus.CREATED)
    assert (event.user_id, event.expires_at, event.reason) == (order.user_id, NOW + HOLD_FOR, None)
    assert (event.ticket.id, event.ticket.title, event.ticket.price) == (order.ticket.id, "Front row", PRICE)


async def test_each_order_of_a_ticket_has_a_higher_hold(store: MongoOrderStore) -> None:
    order = await place(store)
    await cancel(store, order)
    assert (await place_again(store, order)).hold == order.hold + 1


async def test_concurrent_order_of_the_ticket_wins(store: MongoOrderStore, faults: WriteFaults) -> None:
    ticket = await list_ticket(store)
    faults.meanwhile = lambda: place(store, ticket)
    with pytest.raises(TicketReserved):
        await place(store, ticket)


async def test_order_after_a_concurrent_cancelled_one_has_a_higher_hold(
    store: MongoOrderStore, faults: WriteFaults
) -> None:
    ticket = await list_ticket(store)

    async def place_and_cancel() -> None:
        await cancel(store, await place(store, ticket))

    faults.meanwhile = place_and_cancel
    assert (await place(store, ticket)).hold == 2


async def test_placing_is_unavailable_while_holds_are_always_taken(memory: InMemoryDatabase) -> None:
    class Contended(MongoOrderStore):
        async def add(self, order: Order, event: Event, *, request: StoredRequest | None = None) -> None:
            raise HoldTaken

    with pytest.raises(Unavailable, match="Try again"):
        await place(Contended(memory))


async def test_edit_changes_future_orders_only(store: MongoOrderStore) -> None:
    ticket = await list_ticket(store)
    order = await place(store, ticket)
    await store.save_tickets([replace(ticket, version=1, title="Last row", price=99_00)])
    await pay(store, order)
    assert (await reload(store, order)).ticket == order.ticket
    other = await place(store)
    await store.save_tickets([Ticket(id=other.ticket.id, version=1, title="Last row", price=99_00)])
    await cancel(store, other)
    assert (await place_again(store, other)).ticket.price == 99_00


async def test_cancelling_twice_publishes_once(store: MongoOrderStore) -> None:
    order = await place(store)
    for _ in range(2):
        await cancel(store, order)
    [_, cancelled] = await events_of(store, order)
    assert isinstance(cancelled, OrderCancelled)
    assert (cancelled.version, cancelled.reason) == (1, CancelReason.BUYER)


async def test_cancelling_an_expired_order_changes_its_reason(store: MongoOrderStore) -> None:
    order = await place(store)
    await expire(store, order)
    await cancel(store, order)
    reasons = [event.reason for event in await events_of(store, order) if isinstance(event, OrderCancelled)]
    assert reasons == [CancelReason.EXPIRED, CancelReason.BUYER]


async def test_order_paid_before_the_cancellation_stays_paid(store: MongoOrderStore, faults: WriteFaults) -> None:
    order = await place(store)
    faults.meanwhile = lambda: pay(store, order)
    with pytest.raises(AlreadyComplete):
        await cancel(store, order)


async def test_order_paid_before_the_expiry_stays_paid(store: MongoOrderStore, faults: WriteFaults) -> None:
    order = await place(store)
    faults.meanwhile = lambda: pay(store, order)
    await expire(store, order)
    assert (await reload(store, order)).status is OrderStatus.COMPLETE


@pytest.mark.parametrize("close", [expire, cancel, pay])
async def test_expiry_of_a_closed_order_changes_nothing(
    store: MongoOrderStore, close: Callable[[MongoOrderStore, Order], Awaitable[object]]
) -> None:
    order = await place(store)
    await close(store, order)
    closed, events = await reload(store, order), await events_of(store, order)
    await expire(store, order)
    assert (await reload(store, order), await events_of(store, order)) == (closed, events)


async def test_payment_is_recorded_by_its_newest_version_without_an_event(store: MongoOrderStore) -> None:
    order = await place(store)
    for version in (2, 1, 2):
        payment = replace(captured_payment(payment_id="p", version=version), status=f"version {version}")
        await use_cases.record_payment(store, order_id=order.id, payment=payment)
    recorded = await reload(store, order)
    assert recorded.payment is not None
    assert (recorded.payment.status, recorded.status, recorded.version) == ("version 2", OrderStatus.CREATED, 1)
    assert len(await events_of(store, order)) == 1


async def test_event_of_an_unknown_order_says_what_to_do(store: MongoOrderStore) -> None:
    with pytest.raises(NotFound, match="restore it, then replay"):
        await use_cases.expire_order(store, order_id=new_id(), now=NOW)


async def test_monitor_counts_overdue_reservations(store: MongoOrderStore) -> None:
    overdue, paid = await place(store), await place(store)
    await pay(store, paid)
    await place(store, now=NOW + timedelta(hours=1))
    check, due = OverdueReservationMonitor(store).check, overdue.expires_at
    counts = [await check(due + timedelta(seconds=29)), await check(due + timedelta(seconds=31))]
    await expire(store, overdue)
    assert [*counts, await check(due + timedelta(seconds=31))] == [0, 1, 0]
