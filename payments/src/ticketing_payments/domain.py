"""What may be paid and refunded. What Stripe tells of the intent is taken over in `transition.py`."""

from datetime import datetime

from ticketing_common.errors import Forbidden, InvalidState
from ticketing_common.events import CancelReason, OrderStatus, RefundReason
from ticketing_payments.payment import Order, Payment, PaymentStatus, Refund, next_state


class OrderCancelled(InvalidState):
    """The buyer gave the order up."""

    message = "That order was cancelled. Nothing was charged. Order the ticket again if it is still free."


class OrderExpired(InvalidState):
    """The time to pay has run out."""

    message = "The time to pay this order has run out. Nothing was charged. Order the ticket again if it is still free."


class AlreadyPaid(InvalidState):
    """One order is paid once."""

    message = "That order is already paid. Nothing more was charged."


class PaymentCalledOff(InvalidState):
    """The intent was cancelled, not by us: the order lives, but nothing can pay it."""

    message = "The payment of that order was called off. Nothing was charged. Cancel the order and order again."


class StillProcessing(InvalidState):
    """The order is over, but the bank may still take the money; what then becomes of it, orders decides."""

    message = "Your bank is still deciding about this payment. Look at the order again in a minute."


class NotRefundable(Exception):
    """A refund is asked for of a payment that is not here, or took no money. Somebody must look."""


class IntentMismatch(Exception):
    """Stripe tells of an intent that is not this payment's, or of another amount, currency or mode: look at it."""


def require_payer(payment: Payment, user_id: str) -> None:
    """Forbidden unless the order is this user's."""
    if payment.order.user_id != user_id:
        raise Forbidden("Not authorized: this is another buyer's order.")


def require_payable(payment: Payment, *, now: datetime) -> None:
    """InvalidState unless the order waits for money right now."""
    refusal = _refusal(payment, now)
    if refusal is None:
        return
    # "Nothing was charged" is said only when it is certain.
    raise StillProcessing if payment.status is PaymentStatus.PROCESSING and refusal is not AlreadyPaid else refusal


def with_order(payment: Payment, order: Order) -> Payment:
    """The payment with a newer copy of its order, or as it is when that is no news."""
    return next_state(payment, order=order) if order.version > payment.order.version else payment


def begin_attempt(payment: Payment, *, intent_id: str, attempt: str, check_at: datetime) -> Payment:
    """About to confirm `intent_id` with the token of digest `attempt`; should we die, Stripe is asked at `check_at`."""
    return next_state(payment, intent_id=intent_id, attempt=attempt, check_at=check_at, checks=0)


def ask_refund(
    payment: Payment, *, payment_id: str, refund_id: str, reason: RefundReason, check_at: datetime
) -> Payment:
    """The payment with its refund written down, or as it is when that was done before.

    What was given back already, by somebody else, needs no call: then the refund is done. Raises NotRefundable.
    """
    if payment.id != payment_id or not payment.is_captured:
        raise NotRefundable(f"payment {payment_id} of order {payment.order_id} has taken no money here")
    if payment.refund is not None:
        return payment
    refund = Refund(id=refund_id, reason=reason, done=payment.money.given_back >= payment.money.captured)
    return next_state(payment, refund=refund, check_at=None if refund.done else check_at, checks=0)


def check_later(payment: Payment, check_at: datetime | None) -> Payment:
    """The payment, to be asked about again at `check_at`, or never again for None."""
    return next_state(payment, check_at=check_at, checks=payment.checks + 1)


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
    return PaymentCalledOff if payment.status is PaymentStatus.CANCELED else None
