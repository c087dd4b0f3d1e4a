"""What may be paid and refunded."""

from dataclasses import replace
from datetime import datetime, timedelta

from ticketing_common.errors import Forbidden, InvalidState
from ticketing_common.events import CancelReason, OrderStatus, PaymentStatus, RefundReason
from ticketing_payments.domain.errors import (
    AlreadyPaid,
    NotRefundable,
    OrderCancelled,
    OrderExpired,
    PaymentCanceled,
    StillProcessing,
)
from ticketing_payments.domain.payment import Order, Payment, Refund

# Stripe is asked about an open payment after this long, then after twice as long, and so on.
FIRST_CHECK = timedelta(seconds=60)
MAX_INTERVAL = timedelta(hours=1)


def require_payer(payment: Payment, user_id: str) -> None:
    """Forbidden unless the order is this user's."""
    if payment.order.user_id != user_id:
        raise Forbidden("Not authorized: this is another buyer's order.")


def require_payable(payment: Payment, *, now: datetime) -> None:
    """InvalidState unless the order can be paid right now."""
    refusal = _refusal(payment, now)
    if refusal is None:
        return
    # The other messages promise that nothing was charged.
    raise StillProcessing if payment.status is PaymentStatus.PROCESSING and refusal is not AlreadyPaid else refusal


def record_order(payment: Payment, order: Order) -> Payment:
    """The payment with this replica of its order, unless the one it has is as new."""
    if order.version <= payment.order.version:
        return payment
    return replace(payment, version=payment.version + 1, order=order)


def begin_attempt(payment: Payment, *, intent_id: str, attempt: str, now: datetime) -> Payment:
    """The payment about to be confirmed with the token of digest `attempt`; unchanged if that one has paid it already.

    Raises InvalidState.
    """
    if payment.was_paid_with(attempt):
        return payment
    require_payable(payment, now=now)
    return replace(
        payment,
        version=payment.version + 1,
        intent_id=payment.intent_id or intent_id,
        attempt=attempt,
        check_at=now + FIRST_CHECK,
        checks=0,
    )


def request_refund(
    payment: Payment, *, payment_id: str, refund_id: str, reason: RefundReason, now: datetime
) -> Payment:
    """The payment with a refund to make; unchanged if it has one. Done already if nothing is left.

    Raises NotRefundable.
    """
    if payment.id != payment_id or not payment.is_captured:
        raise NotRefundable(f"payment {payment_id} of order {payment.order_id} has captured no money here")
    if payment.refund is not None:
        return payment
    done = payment.money.is_returned
    refund = Refund(id=refund_id, reason=reason, done=done)
    return replace(
        payment, version=payment.version + 1, refund=refund, check_at=None if done else now + FIRST_CHECK, checks=0
    )


def schedule_check(payment: Payment, *, now: datetime) -> Payment:
    """The payment with its next check, less and less often; with none if it needs none."""
    interval = min(MAX_INTERVAL, FIRST_CHECK * (1 << min(payment.checks, 10)))
    check_at = now + interval if payment.needs_check else None
    return replace(payment, version=payment.version + 1, check_at=check_at, checks=payment.checks + 1)


def _refusal(payment: Payment, now: datetime) -> type[InvalidState] | None:
    order = payment.order
    if payment.is_captured or order.status is OrderStatus.COMPLETE:
        return AlreadyPaid
    if order.reason is CancelReason.BUYER:
        return OrderCancelled
    if order.reason is CancelReason.EXPIRED or now >= order.expires_at:
        return OrderExpired
    if order.status is OrderStatus.CANCELLED:
        return OrderCancelled
    return PaymentCanceled if payment.status is PaymentStatus.CANCELED else None
