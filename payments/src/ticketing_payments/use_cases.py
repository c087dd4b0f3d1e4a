"""What can happen to a payment, apart from the buyer's own try to pay (`pay.py`)."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from ticketing_common.clock import utc_now
from ticketing_common.errors import NotFound, Unavailable
from ticketing_common.events import OrderStatus, RefundReason
from ticketing_payments import domain
from ticketing_payments.announcements import news
from ticketing_payments.intent import Intent
from ticketing_payments.payment import Order, Payment
from ticketing_payments.ports import Gateway, Payments
from ticketing_payments.transition import taken_over

log = structlog.get_logger(__name__)

TRIES = 20
# When to ask Stripe about a call whose answer never came (a crash, a broken connection).
CHECK_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Till:
    """The store, the gateway, the currency, whether real money moves, and the clock."""

    payments: Payments
    gateway: Gateway
    currency: str
    live: bool = False
    now: Callable[[], datetime] = utc_now


async def hear_of_order(till: Till, *, order_id: str, payment_id: str, order: Order) -> Payment:
    """Take over what orders told of an order; `payment_id` becomes the payment's id if this is the first news."""
    await till.payments.add(Payment(order_id=order_id, id=payment_id, version=0, order=order))
    async for payment in current(till.payments, order_id):
        after = domain.with_order(payment, order)
        if after is payment or await till.payments.save(after, over=payment.version):
            return after
    raise AssertionError("unreachable: current() raises when it is out of tries")


async def call_off(till: Till, payment: Payment) -> None:
    """See that a cancelled order takes no money; money taken meanwhile is told like any, and orders judges it.

    Decided on the payment as it is now, not on which event came: so it is done however often it is asked for.
    """
    if payment.order.status is OrderStatus.CANCELLED and payment.can_be_captured:
        await take_over(till, payment.order_id, await till.gateway.cancel(payment.intent_id or ""))


async def take_over(till: Till, order_id: str, intent: Intent) -> Payment:
    """The one transition of all news about an intent: from our call's answer, a webhook or the reconciler."""
    async for payment in current(till.payments, order_id):
        after = taken_over(payment, intent, currency=till.currency, live=till.live, now=till.now())
        if after is payment or await till.payments.save(after, over=payment.version, event=news(payment, after)):
            _warn_of_bounced_refund(payment, after)
            return after
    raise AssertionError("unreachable: current() raises when it is out of tries")


def _warn_of_bounced_refund(before: Payment, after: Payment) -> None:
    cents = after.money.bounced - before.money.bounced
    if cents:
        advice = "the buyer's bank sent a refund back and a second one would end the same: pay the buyer another way"
        log.critical("refund.bounced", order_id=after.order_id, cents=cents, advice=advice)


async def refund(till: Till, *, order_id: str, payment_id: str, refund_id: str, reason: RefundReason) -> None:
    """Give the captured money back, once. The refund is stored first, so that a retry asks with the same key.

    Raises NotRefundable when there is no such payment here.
    """
    check_at = till.now() + CHECK_AFTER
    async for payment in current(till.payments, order_id):
        asked = domain.ask_refund(payment, payment_id=payment_id, refund_id=refund_id, reason=reason, check_at=check_at)
        if asked is payment or await till.payments.save(asked, over=payment.version):
            await make_refund(till, asked)
            return


async def make_refund(till: Till, payment: Payment) -> None:
    """Make the refund that was asked for, if there is one. While a dispute is open it waits: the bank has the money."""
    if payment.refund is None or payment.refund.done or payment.money.undecided:
        return
    intent = await till.gateway.refund(refund_id=payment.refund.id, intent_id=payment.intent_id or "")
    await take_over(till, payment.order_id, intent)


async def settle(till: Till, payment: Payment) -> None:
    """Do what is left to do about a payment; nothing for most."""
    await call_off(till, payment)
    await make_refund(till, payment)


async def current(payments: Payments, order_id: str) -> AsyncIterator[Payment]:
    """The payment as it is now, again and again, for as long as others get ahead of us."""
    for _ in range(TRIES):
        payment = await payments.find(order_id)
        if payment is None:
            raise NotFound(f"There is no payment of order {order_id} here yet.")
        yield payment
    raise Unavailable("Too many requests for the same payment at once. Try again in a few seconds.")
