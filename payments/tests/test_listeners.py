"""What payments hears, as it comes from orders."""

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
from ticketing_payments.domain.intent import IntentStatus
from ticketing_payments.listeners import (
    OrderCancelledListener,
    OrderCompletedListener,
    OrderCreatedListener,
    OrderRefundDueListener,
)
from ticketing_test_support.payments.stories import BUYER, EXPIRES_AT, PRICE, Shop, an_order
from ticketing_test_support.payments.stripe import WANTS_3DS


def facts(shop: Shop, version: int, status: OrderStatus) -> dict[str, object]:
    """The order as orders tells of it."""
    ticket = HeldTicket(id="5d" * 12, title="Front row", price=PRICE)
    return {
        "id": shop.order_id,
        "version": version,
        "hold": 1,
        "status": status,
        "user_id": BUYER,
        "expires_at": EXPIRES_AT,
        "ticket": ticket,
    }


def created(shop: Shop) -> OrderCreated:
    return OrderCreated.model_validate(facts(shop, 0, OrderStatus.CREATED))


def cancelled(shop: Shop) -> OrderCancelled:
    return OrderCancelled.model_validate(facts(shop, 1, OrderStatus.CANCELLED) | {"reason": CancelReason.EXPIRED})


def refund_due(shop: Shop, payment_id: str) -> OrderRefundDue:
    told = {"payment_id": payment_id, "reason": RefundReason.EXPIRED}
    return OrderRefundDue.model_validate(facts(shop, 2, OrderStatus.CANCELLED) | told)


async def test_an_order_is_known_as_it_was_placed() -> None:
    shop = Shop()
    await OrderCreatedListener(shop.deps).handle(created(shop))
    assert shop.payment.order == an_order()
    assert shop.payment.status is PaymentStatus.NONE


async def test_the_payment_keeps_its_id_whatever_is_heard_again() -> None:
    shop = Shop()
    await OrderCreatedListener(shop.deps).handle(created(shop))
    first = shop.payment.id
    await OrderCreatedListener(shop.deps).handle(created(shop))
    await OrderCancelledListener(shop.deps).handle(cancelled(shop))
    assert shop.payment.id == first


async def test_a_cancelled_order_is_called_off(shop: Shop) -> None:
    await shop.pay(WANTS_3DS)
    await OrderCancelledListener(shop.deps).handle(cancelled(shop))
    assert shop.stripe.intents[shop.intent_id].status is IntentStatus.CANCELED
    with pytest.raises(OrderExpired):
        await shop.pay()


async def test_an_order_that_is_reinstated_is_known_to_be_complete(shop: Shop) -> None:
    await OrderCancelledListener(shop.deps).handle(cancelled(shop))
    completed = OrderCompleted.model_validate(facts(shop, 2, OrderStatus.COMPLETE))
    await OrderCompletedListener(shop.deps).handle(completed)
    assert (shop.payment.order.status, shop.payment.order.reason) == (OrderStatus.COMPLETE, None)


async def test_refund_due_gives_back_the_payment_it_names(shop: Shop) -> None:
    await shop.pay()
    await OrderRefundDueListener(shop.deps).handle(refund_due(shop, shop.payment.id))
    [said] = shop.payments.told(PaymentRefunded)
    assert (said.refunded, said.reason) == (PRICE, "expired")


async def test_refund_due_of_another_payment_gives_nothing_back(shop: Shop) -> None:
    await shop.pay()
    with pytest.raises(NotRefundable):
        await OrderRefundDueListener(shop.deps).handle(refund_due(shop, "5f" * 12))
    assert shop.stripe.refunds == {}
