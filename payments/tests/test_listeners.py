"""Events from orders."""

import pytest

from ticketing_common.events import (
    CancelReason,
    HeldTicket,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderRefundDue,
    OrderStatus,
    PaymentRefunded,
    PaymentStatus,
    RefundReason,
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


def fields(scenario: PaymentScenario, version: int, status: OrderStatus) -> dict[str, object]:
    """The order as in its events."""
    return {
        "id": scenario.order_id,
        "version": version,
        "hold": 1,
        "status": status,
        "user_id": BUYER,
        "expires_at": EXPIRES_AT,
        "ticket": HeldTicket(id="5d" * 12, title="Front row", price=PRICE),
    }


def cancelled(scenario: PaymentScenario) -> OrderCancelled:
    return OrderCancelled.model_validate(fields(scenario, 1, OrderStatus.CANCELLED) | {"reason": CancelReason.EXPIRED})


def refund_due(scenario: PaymentScenario, payment_id: str) -> OrderRefundDue:
    command = {"payment_id": payment_id, "reason": RefundReason.EXPIRED}
    return OrderRefundDue.model_validate(fields(scenario, 2, OrderStatus.CANCELLED) | command)


async def test_order_created_records_the_order_once() -> None:
    scenario = PaymentScenario()
    created = OrderCreated.model_validate(fields(scenario, 0, OrderStatus.CREATED))
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
    completed = OrderCompleted.model_validate(fields(scenario, 2, OrderStatus.COMPLETE))
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
