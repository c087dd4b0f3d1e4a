"""Each captured payment buys its order or is refunded, once, also when another writer is first."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import permutations

import pytest

from ticketing_common.events import (
    CancelReason,
    OrderCancelled,
    OrderCompleted,
    OrderRefundDue,
    OrderStatus,
    RefundReason,
)
from ticketing_orders import use_cases
from ticketing_orders.domain import Order, TicketReserved
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.memory import WriteFaults
from ticketing_test_support.orders import (
    PRICE,
    cancel,
    captured_payment,
    events_of,
    expire,
    pay,
    place,
    place_again,
    reload,
    withdraw,
)

Step = Callable[[MongoOrderStore, Order], Awaitable[object]]


@pytest.fixture
async def order(store: MongoOrderStore) -> Order:
    """An open order."""
    return await place(store)


async def refunds(store: MongoOrderStore, order: Order) -> list[tuple[str, RefundReason]]:
    """Each refund requested, as (payment, reason)."""
    events = await events_of(store, order)
    return [(event.payment_id, event.reason) for event in events if isinstance(event, OrderRefundDue)]


async def resell(store: MongoOrderStore, order: Order) -> None:
    await place_again(store, order)


async def resell_and_cancel(store: MongoOrderStore, order: Order) -> None:
    await cancel(store, await place_again(store, order))


async def test_payment_completes_an_open_order(store: MongoOrderStore, order: Order) -> None:
    payment = await pay(store, order)
    completed, event = await reload(store, order), (await events_of(store, order))[-1]
    assert (completed.payment, completed.settled) == (payment, {payment.id: None})
    assert isinstance(event, OrderCompleted)
    assert (event.version, event.hold, event.status) == (1, order.hold, OrderStatus.COMPLETE)


async def test_payment_completes_an_open_order_of_a_withdrawn_ticket(store: MongoOrderStore, order: Order) -> None:
    await withdraw(store, order)
    await pay(store, order)
    assert (await reload(store, order)).status is OrderStatus.COMPLETE


@pytest.mark.parametrize(("between", "hold"), [([], 2), ([resell_and_cancel], 3)], ids=["free", "free again"])
async def test_late_payment_reinstates_with_a_higher_hold(
    store: MongoOrderStore, order: Order, between: list[Step], hold: int
) -> None:
    for step in (expire, *between):
        await step(store, order)
    await pay(store, order)
    reinstated = await reload(store, order)
    assert (reinstated.status, reinstated.reason, reinstated.hold) == (OrderStatus.COMPLETE, None, hold)
    assert isinstance((await events_of(store, order))[-1], OrderCompleted)


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([cancel], RefundReason.BUYER),
        ([expire, cancel], RefundReason.BUYER),
        ([expire, resell], RefundReason.EXPIRED),
        ([expire, withdraw], RefundReason.EXPIRED),
        ([withdraw, expire], RefundReason.EXPIRED),
        ([pay], RefundReason.DUPLICATE),
    ],
    ids=["cancelled", "expired and cancelled", "resold", "withdrawn", "withdrawn before it expired", "paid"],
)
async def test_payment_that_buys_nothing_is_refunded(
    store: MongoOrderStore, order: Order, steps: list[Step], reason: RefundReason
) -> None:
    for step in steps:
        await step(store, order)
    before = await reload(store, order)
    payment = await pay(store, order)
    assert await refunds(store, order) == [(payment.id, reason)]
    assert (await reload(store, order)).status is before.status


@pytest.mark.parametrize(
    ("before", "meanwhile", "status", "reason"),
    [
        ([], cancel, OrderStatus.CANCELLED, RefundReason.BUYER),
        ([], expire, OrderStatus.COMPLETE, None),
        ([], pay, OrderStatus.COMPLETE, RefundReason.DUPLICATE),
        ([expire], cancel, OrderStatus.CANCELLED, RefundReason.BUYER),
        ([expire], resell, OrderStatus.CANCELLED, RefundReason.EXPIRED),
        ([expire], resell_and_cancel, OrderStatus.COMPLETE, None),
    ],
)
async def test_settlement_is_decided_again_when_another_writer_is_first(
    store: MongoOrderStore,
    faults: WriteFaults,
    order: Order,
    before: list[Step],
    meanwhile: Step,
    status: OrderStatus,
    reason: RefundReason | None,
) -> None:
    for step in before:
        await step(store, order)
    faults.meanwhile = lambda: meanwhile(store, order)
    payment = await pay(store, order)
    assert await refunds(store, order) == ([(payment.id, reason)] if reason else [])
    assert (await reload(store, order)).status is status


async def test_reinstatement_just_before_an_order_keeps_the_ticket(
    store: MongoOrderStore, faults: WriteFaults, order: Order
) -> None:
    await expire(store, order)
    faults.meanwhile = lambda: pay(store, order)
    with pytest.raises(TicketReserved):
        await place_again(store, order)


async def test_replicas_settle_a_payment_once(store: MongoOrderStore, faults: WriteFaults, order: Order) -> None:
    payment = captured_payment()
    faults.meanwhile = lambda: pay(store, order, payment)
    await pay(store, order, payment)
    assert [type(event) for event in await events_of(store, order)].count(OrderCompleted) == 1


@pytest.mark.parametrize("version", [0, 3, 99])
@pytest.mark.parametrize("steps", [[], [expire, resell], [cancel]], ids=["bought", "resold", "cancelled"])
async def test_settled_payment_changes_nothing_when_delivered_again(
    store: MongoOrderStore, order: Order, steps: list[Step], version: int
) -> None:
    for step in steps:
        await step(store, order)
    payment = await pay(store, order)
    settled, events = await reload(store, order), await events_of(store, order)
    await pay(store, order, replace(payment, version=version))
    assert (await reload(store, order), await events_of(store, order)) == (settled, events)


async def test_refunded_payment_does_not_reinstate_a_free_ticket(store: MongoOrderStore, order: Order) -> None:
    await expire(store, order)
    newer = await place_again(store, order)
    payment = await pay(store, order)
    await cancel(store, newer)
    await pay(store, order, payment)
    assert (await reload(store, order)).reason is CancelReason.EXPIRED


async def test_wrong_amount_is_refunded_once_whatever_follows(store: MongoOrderStore, order: Order) -> None:
    payment = await pay(store, order, captured_payment(captured=PRICE - 1))
    assert (await reload(store, order)).status is OrderStatus.CREATED
    await cancel(store, order)
    await pay(store, order, payment)
    assert await refunds(store, order) == [(payment.id, RefundReason.WRONG_AMOUNT)]


@pytest.mark.parametrize(("steps", "reason"), [([], None), ([cancel], RefundReason.BUYER)], ids=["open", "cancelled"])
async def test_refund_reported_first_does_not_prevent_settlement(
    store: MongoOrderStore, order: Order, steps: list[Step], reason: RefundReason | None
) -> None:
    for step in steps:
        await step(store, order)
    payment = captured_payment(version=3)
    refunded = replace(payment, version=4, status="refunded", refunded=PRICE)
    await use_cases.record_payment(store, order_id=order.id, payment=refunded)
    await pay(store, order, payment)
    settled = await reload(store, order)
    assert (settled.settled, settled.payment) == ({payment.id: reason}, refunded)


async def test_payment_events_in_any_order_end_in_the_same_state(store: MongoOrderStore) -> None:
    captured = captured_payment(payment_id="p", version=3)
    declined = replace(captured, version=1, status="failed", captured=0)
    refunded = replace(captured, version=4, status="partially_refunded", refunded=50)
    for payments in permutations([declined, captured, captured, refunded]):
        order = await place(store)
        for payment in payments:
            if payment is captured:
                await pay(store, order, payment)
            else:
                await use_cases.record_payment(store, order_id=order.id, payment=payment)
        end = await reload(store, order)
        assert (end.status, end.payment, end.settled) == (OrderStatus.COMPLETE, refunded, {"p": None})


async def test_refund_due_carries_the_whole_order(store: MongoOrderStore, order: Order) -> None:
    await cancel(store, order)
    await pay(store, order)
    [_, cancelled, due] = await events_of(store, order)
    assert isinstance(cancelled, OrderCancelled)
    assert isinstance(due, OrderRefundDue)
    assert (due.id, due.version, due.hold, due.status) == (order.id, 2, order.hold, OrderStatus.CANCELLED)
    assert (due.user_id, due.expires_at, due.ticket) == (order.user_id, order.expires_at, cancelled.ticket)
