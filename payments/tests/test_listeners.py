"""Events from orders."""

from typing import TypeVar

import pytest

from ticketing_common.events import (
    Event,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderRefundDue,
    OrderState,
    OrderStatus,
    PaymentRefunded,
    PaymentStatus,
    Received,
)
from ticketing_common.messaging import BatchListener
from ticketing_payments.domain.errors import NotRefundable, OrderExpired
from ticketing_payments.listeners import (
    OrderCancelledListener,
    OrderCompletedListener,
    OrderCreatedListener,
    OrderRefundDueListener,
)
from ticketing_test_support.payments.scenario import BUYER, EXPIRES_AT, PRICE, PaymentScenario, make_order
from ticketing_test_support.payments.stripe import REQUIRES_3DS

EventT = TypeVar("EventT", bound=Event)
OrderEventT = TypeVar("OrderEventT", bound=OrderState)


def event(scenario: PaymentScenario, kind: type[EventT], version: int, status: str, **more: str) -> EventT:
    """An event of orders."""
    fields = {"id": scenario.order_id, "version": version, "hold": 1, "status": status, "user_id": BUYER, **more}
    ticket = {"id": "5d" * 12, "title": "Front row", "price": PRICE}
    return kind.model_validate(fields | {"expires_at": EXPIRES_AT, "ticket": ticket})


def cancelled(scenario: PaymentScenario) -> OrderCancelled:
    return event(scenario, OrderCancelled, 1, "cancelled", reason="expired")


def refund_due(scenario: PaymentScenario, payment_id: str) -> OrderRefundDue:
    return event(scenario, OrderRefundDue, 2, "cancelled", payment_id=payment_id, reason="expired")


async def test_order_created_records_the_order_once() -> None:
    scenario = PaymentScenario()
    created = event(scenario, OrderCreated, 0, "created")
    await OrderCreatedListener(scenario.deps).handle(created)
    first = await scenario.payment()
    await OrderCreatedListener(scenario.deps).handle(created)
    assert await scenario.payment() == first
    assert (first.order, first.status) == (make_order(), PaymentStatus.NONE)


async def test_order_cancelled_cancels_the_intent(scenario: PaymentScenario) -> None:
    await scenario.pay(REQUIRES_3DS)
    await OrderCancelledListener(scenario.deps).handle(cancelled(scenario))
    assert scenario.stripe.called("cancel") == [scenario.intent_id]
    with pytest.raises(OrderExpired):
        await scenario.pay()


async def test_order_completed_clears_the_cancellation(scenario: PaymentScenario) -> None:
    await OrderCancelledListener(scenario.deps).handle(cancelled(scenario))
    completed = event(scenario, OrderCompleted, 2, "complete")
    await OrderCompletedListener(scenario.deps).handle(completed)
    order = (await scenario.payment()).order
    assert (order.status, order.reason) == (OrderStatus.COMPLETE, None)


async def test_refund_due_refunds_the_payment_it_names_only(scenario: PaymentScenario) -> None:
    await scenario.pay()
    listener, payment = OrderRefundDueListener(scenario.deps), await scenario.payment()
    with pytest.raises(NotRefundable):
        await listener.handle(refund_due(scenario, "5f" * 12))
    assert scenario.stripe.refunds == {}
    await listener.handle(refund_due(scenario, payment.id))
    [event] = await scenario.published(PaymentRefunded)
    assert (event.refunded, event.reason) == (PRICE, "expired")


async def test_batch_records_new_orders_once(scenario: PaymentScenario) -> None:
    listener = OrderCreatedListener(scenario.deps)
    other = PaymentScenario()
    known, new = event(scenario, OrderCreated, 0, "created"), event(other, OrderCreated, 0, "created")
    assert await handle_batch(listener, new, known, new) == []
    first = await scenario.store.find_all([scenario.order_id, other.order_id])
    assert await handle_batch(listener, known, new) == []
    assert await scenario.store.find_all([scenario.order_id, other.order_id]) == first
    assert {payment.order_id: payment.order for payment in first} == {
        scenario.order_id: make_order(),
        other.order_id: make_order(),
    }


async def test_batch_leaves_only_orders_whose_intent_must_be_cancelled(scenario: PaymentScenario) -> None:
    await scenario.pay(REQUIRES_3DS)
    other = PaymentScenario()
    await OrderCreatedListener(scenario.deps).handle(event(other, OrderCreated, 0, "created"))
    listener = OrderCancelledListener(scenario.deps)
    assert await handle_batch(listener, cancelled(other), cancelled(scenario)) == [scenario.order_id]
    assert scenario.stripe.called("cancel") == []
    [payment] = await scenario.store.find_all([other.order_id])
    assert payment.order.status is OrderStatus.CANCELLED


async def test_order_added_elsewhere_during_a_batch_is_left(scenario: PaymentScenario) -> None:
    other = PaymentScenario()
    created = event(other, OrderCreated, 0, "created")
    scenario.faults.meanwhile = lambda: OrderCreatedListener(scenario.deps).handle(created)
    assert await handle_batch(OrderCancelledListener(scenario.deps), cancelled(other)) == [other.order_id]
    await OrderCancelledListener(scenario.deps).handle(cancelled(other))
    [payment] = await scenario.store.find_all([other.order_id])
    assert payment.order.status is OrderStatus.CANCELLED


async def test_attempt_to_pay_during_a_batch_is_seen_by_the_cancellation(scenario: PaymentScenario) -> None:
    scenario.faults.meanwhile = lambda: scenario.pay(REQUIRES_3DS)
    assert await handle_batch(OrderCancelledListener(scenario.deps), cancelled(scenario)) == [scenario.order_id]
    assert (await scenario.payment()).order.status is OrderStatus.CANCELLED


async def test_late_event_of_a_batch_changes_nothing(scenario: PaymentScenario) -> None:
    await handle_batch(OrderCancelledListener(scenario.deps), cancelled(scenario))
    before = await scenario.payment()
    await handle_batch(OrderCreatedListener(scenario.deps), event(scenario, OrderCreated, 0, "created"))
    assert await scenario.payment() == before


async def handle_batch(listener: BatchListener[OrderEventT], *events: OrderEventT) -> list[str]:
    """The ids of the orders left to be handled on their own."""
    left = await listener.handle_batch([Received(item, "trace") for item in events])
    return [received.event.id for received in left]
