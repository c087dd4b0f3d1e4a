"""The single judge of money: each hole through which a payment could be lost, or honoured twice, is closed here."""

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
from ticketing_test_support.orders import (
    PRICE,
    InMemoryOrderStore,
    cancel,
    captured_payment,
    expire,
    list_ticket,
    pay,
    place,
    reload,
)


@pytest.fixture
async def order(orders: InMemoryOrderStore) -> Order:
    """An open order."""
    return await place(orders, await list_ticket(orders))


def refunds(orders: InMemoryOrderStore) -> list[tuple[str, RefundReason]]:
    """Each refund that was asked for, as (payment, reason)."""
    return [(event.payment_id, event.reason) for event in orders.events if isinstance(event, OrderRefundDue)]


async def order_again(orders: InMemoryOrderStore, order: Order) -> Order:
    """Another buyer takes the ticket of an order that let it go."""
    return await place(orders, orders.tickets[order.ticket.id])


async def test_a_payment_completes_an_open_order_and_says_so_with_its_own_hold(
    orders: InMemoryOrderStore, order: Order
) -> None:
    payment = await pay(orders, order)
    completed = await reload(orders, order)
    assert (completed.status, completed.payment, completed.settled) == (
        OrderStatus.COMPLETE,
        payment,
        {payment.id: None},
    )
    said = orders.events[-1]
    assert isinstance(said, OrderCompleted)
    assert (said.version, said.hold, said.status) == (1, order.hold, OrderStatus.COMPLETE)


async def test_a_late_payment_on_an_expired_and_free_ticket_reinstates_with_a_higher_hold(
    orders: InMemoryOrderStore, order: Order
) -> None:
    await expire(orders, order)
    await pay(orders, order)
    reinstated = await reload(orders, order)
    assert (reinstated.status, reinstated.reason, reinstated.hold) == (OrderStatus.COMPLETE, None, order.hold + 1)
    assert isinstance(orders.events[-1], OrderCompleted)
    assert refunds(orders) == []


async def test_a_reinstated_order_has_a_higher_hold_than_all_that_came_and_went_since(
    orders: InMemoryOrderStore, order: Order
) -> None:
    await expire(orders, order)
    between = await order_again(orders, order)
    await cancel(orders, between)
    await pay(orders, order)
    assert (await reload(orders, order)).hold == between.hold + 1


async def test_late_payment_for_a_resold_ticket_is_refunded(orders: InMemoryOrderStore, order: Order) -> None:
    await expire(orders, order)
    newer = await order_again(orders, order)
    payment = await pay(orders, order)
    assert refunds(orders) == [(payment.id, RefundReason.EXPIRED)]
    assert (await reload(orders, order)).status is OrderStatus.CANCELLED
    assert await reload(orders, newer) == newer


async def test_a_ticket_resold_between_the_look_and_the_reinstating_is_not_sold_twice(
    orders: InMemoryOrderStore, order: Order
) -> None:
    await expire(orders, order)
    orders.before_next_write = lambda: order_again(orders, order)
    payment = await pay(orders, order)
    assert refunds(orders) == [(payment.id, RefundReason.EXPIRED)]
    assert sum(kept.status.holds_ticket for kept in orders.orders.values()) == 1


async def test_a_buyer_who_comes_between_the_look_of_another_and_its_write_finds_the_ticket_reinstated(
    orders: InMemoryOrderStore, order: Order
) -> None:
    await expire(orders, order)
    orders.before_next_write = lambda: pay(orders, order)
    with pytest.raises(TicketReserved):
        await order_again(orders, order)
    assert (await reload(orders, order)).status is OrderStatus.COMPLETE


async def test_a_hold_taken_and_given_up_between_the_look_and_the_reinstating_leaves_it_a_higher_one(
    orders: InMemoryOrderStore, order: Order
) -> None:
    await expire(orders, order)

    async def come_and_go() -> None:
        await cancel(orders, await order_again(orders, order))

    orders.before_next_write = come_and_go
    await pay(orders, order)
    reinstated = await reload(orders, order)
    assert (reinstated.status, reinstated.hold) == (OrderStatus.COMPLETE, order.hold + 2)


async def test_payment_for_a_cancelled_order_is_refunded(orders: InMemoryOrderStore, order: Order) -> None:
    await cancel(orders, order)
    payment = await pay(orders, order)
    assert refunds(orders) == [(payment.id, RefundReason.BUYER)]
    assert (await reload(orders, order)).status is OrderStatus.CANCELLED


async def test_a_payment_for_an_order_that_expired_and_was_then_given_up_is_refunded(
    orders: InMemoryOrderStore, order: Order
) -> None:
    await expire(orders, order)
    await cancel(orders, order)
    payment = await pay(orders, order)
    assert refunds(orders) == [(payment.id, RefundReason.BUYER)]


async def test_an_order_given_up_between_the_look_and_the_verdict_is_not_completed(
    orders: InMemoryOrderStore, order: Order
) -> None:
    orders.before_next_write = lambda: cancel(orders, order)
    payment = await pay(orders, order)
    assert (await reload(orders, order)).reason is CancelReason.BUYER
    assert refunds(orders) == [(payment.id, RefundReason.BUYER)]


async def test_an_expired_order_given_up_between_the_look_and_the_reinstating_stays_given_up(
    orders: InMemoryOrderStore, order: Order
) -> None:
    await expire(orders, order)
    orders.before_next_write = lambda: cancel(orders, order)
    payment = await pay(orders, order)
    assert (await reload(orders, order)).reason is CancelReason.BUYER
    assert refunds(orders) == [(payment.id, RefundReason.BUYER)]


async def test_an_order_that_expires_between_the_look_and_the_verdict_is_completed_all_the_same(
    orders: InMemoryOrderStore, order: Order
) -> None:
    orders.before_next_write = lambda: expire(orders, order)
    await pay(orders, order)
    assert (await reload(orders, order)).status is OrderStatus.COMPLETE
    assert refunds(orders) == []


async def test_a_second_payment_for_a_complete_order_is_refunded_as_a_duplicate(
    orders: InMemoryOrderStore, order: Order
) -> None:
    first = await pay(orders, order)
    second = await pay(orders, order)
    assert refunds(orders) == [(second.id, RefundReason.DUPLICATE)]
    completed = await reload(orders, order)
    assert (completed.status, completed.payment) == (OrderStatus.COMPLETE, first)


async def test_of_two_payments_judged_at_once_one_buys_and_one_is_refunded(
    orders: InMemoryOrderStore, order: Order
) -> None:
    first, second = captured_payment(), captured_payment()
    orders.before_next_write = lambda: pay(orders, order, second)
    await pay(orders, order, first)
    assert refunds(orders) == [(first.id, RefundReason.DUPLICATE)]
    assert (await reload(orders, order)).settled == {second.id: None, first.id: RefundReason.DUPLICATE}


async def test_replicas_settle_a_payment_once(orders: InMemoryOrderStore, order: Order) -> None:
    payment = captured_payment()
    orders.before_next_write = lambda: pay(orders, order, payment)
    await pay(orders, order, payment)
    assert [type(event) for event in orders.events].count(OrderCompleted) == 1
    assert refunds(orders) == []


@pytest.mark.parametrize("captured", [0, PRICE - 1, PRICE + 1])
async def test_a_wrong_amount_is_refunded_and_leaves_the_order_open(
    orders: InMemoryOrderStore, order: Order, captured: int
) -> None:
    payment = await pay(orders, order, captured_payment(captured=captured))
    assert refunds(orders) == [(payment.id, RefundReason.WRONG_AMOUNT)]
    assert (await reload(orders, order)).status is OrderStatus.CREATED


@pytest.mark.parametrize("version", [0, 3, 99])
async def test_a_payment_that_bought_its_order_changes_nothing_when_heard_again(
    orders: InMemoryOrderStore, order: Order, version: int
) -> None:
    payment = await pay(orders, order)
    completed, said = await reload(orders, order), list(orders.events)
    await pay(orders, order, replace(payment, version=version))
    assert (await reload(orders, order), orders.events) == (completed, said)


@pytest.mark.parametrize("version", [0, 3, 99])
async def test_a_refunded_payment_does_not_reinstate_when_heard_again_after_the_ticket_is_free(
    orders: InMemoryOrderStore, order: Order, version: int
) -> None:
    await expire(orders, order)
    newer = await order_again(orders, order)
    payment = await pay(orders, order)
    await cancel(orders, newer)
    refused, said = await reload(orders, order), list(orders.events)
    await pay(orders, order, replace(payment, version=version))
    assert (await reload(orders, order), orders.events) == (refused, said)


async def test_a_refused_payment_is_not_refunded_again_after_the_buyer_gives_the_order_up(
    orders: InMemoryOrderStore, order: Order
) -> None:
    payment = await pay(orders, order, captured_payment(captured=PRICE - 1))
    await cancel(orders, order)
    await pay(orders, order, payment)
    assert refunds(orders) == [(payment.id, RefundReason.WRONG_AMOUNT)]


async def test_a_refund_heard_before_its_payment_still_lets_the_payment_be_judged(
    orders: InMemoryOrderStore, order: Order
) -> None:
    payment = captured_payment(version=3)
    refunded = replace(payment, version=4, status="refunded", refunded=PRICE)
    await use_cases.record_payment(orders, order_id=order.id, payment=refunded)
    await pay(orders, order, payment)
    judged = await reload(orders, order)
    assert (judged.settled, judged.payment) == ({payment.id: None}, refunded)


async def test_a_refund_heard_before_the_payment_of_a_given_up_order_still_has_its_verdict(
    orders: InMemoryOrderStore, order: Order
) -> None:
    await cancel(orders, order)
    payment = captured_payment(version=3)
    refunded = replace(payment, version=4, status="refunded", refunded=PRICE)
    await use_cases.record_payment(orders, order_id=order.id, payment=refunded)
    await pay(orders, order, payment)
    assert refunds(orders) == [(payment.id, RefundReason.BUYER)]


async def test_the_news_of_one_payment_in_any_order_end_in_the_same_state() -> None:
    captured = captured_payment(payment_id="p", version=3)
    declined = replace(captured, version=1, status="failed", captured=0)
    refunded = replace(captured, version=4, status="partially_refunded", refunded=50)
    ends = set()
    for news in permutations([declined, captured, captured, refunded]):
        orders = InMemoryOrderStore()
        order = await place(orders, await list_ticket(orders))
        for payment in news:
            if payment is captured:
                await pay(orders, order, payment)
            else:
                await use_cases.record_payment(orders, order_id=order.id, payment=payment)
        end = await reload(orders, order)
        ends.add((end.status, end.payment, tuple(end.settled.items()), len(orders.events)))
    assert ends == {(OrderStatus.COMPLETE, refunded, (("p", None),), 2)}


async def test_the_refund_carries_the_whole_order(orders: InMemoryOrderStore, order: Order) -> None:
    await cancel(orders, order)
    await pay(orders, order)
    cancelled, due = orders.events[-2:]
    assert isinstance(cancelled, OrderCancelled)
    assert isinstance(due, OrderRefundDue)
    assert (due.id, due.version, due.hold, due.status) == (order.id, 2, order.hold, OrderStatus.CANCELLED)
    assert (due.user_id, due.expires_at, due.ticket) == (order.user_id, order.expires_at, cancelled.ticket)
