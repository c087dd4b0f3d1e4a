"""Events from orders."""

from typing import TypeVar

import pytest

from ticketing_common.events import (
    Event,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderRefundDue,
    OrderStatus,
    PaymentRefunded,
    PaymentStatus,
)
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
