"""The payment of one order: a copy of the order, the PaymentIntent, and the refunds that were asked for.

Whatever tells of an intent (our own call's answer, a webhook, the reconciler), it is taken over by the one transition
`taken_over`: the same news twice, late or out of order changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ticketing_common.errors import NotAllowed, Refused
from ticketing_common.events import CancelReason, OrderStatus, RefundReason
from ticketing_payments.intent import Decline, Intent, IntentStatus


class PaymentStatus(StrEnum):
    """How the payment stands."""

    NONE = "none"
    OPEN = "open"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    FAILED = "failed"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Order:
    """What payments knows of the order, from the orders service. `price` is in minor units."""

    version: int
    status: OrderStatus
    user_id: str
    expires_at: datetime
    price: int
    reason: CancelReason | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund that is to be made or was made. Its id is its idempotency key: it is stored before Stripe is asked."""

    id: str
    reason: RefundReason
    amount: int
    done: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """One document an order. Amounts are in minor units. `attempt` is a digest of the token last tried."""

    order_id: str
    id: str
    version: int
    order: Order
    status: PaymentStatus = PaymentStatus.NONE
    intent_id: str | None = None
    attempt: str | None = None
    captured: int = 0
    refunded: int = 0
    decline: Decline | None = None
    refund: Refund | None = None
    check_at: datetime | None = None
    checks: int = 0

    @property
    def is_captured(self) -> bool:
        """Whether money was taken, whatever became of it since."""
        return self.captured > 0

    @property
    def can_be_captured(self) -> bool:
        """Whether there is an intent that could still take money."""
        return self.intent_id is not None and not self.is_captured and self.status is not PaymentStatus.CANCELED


class OrderCancelled(Refused):
    """The buyer gave the order up."""

    message = "That order was cancelled. Nothing was charged. Order the ticket again if it is still free."


class OrderExpired(Refused):
    """The time to pay has run out."""

    message = "The time to pay this order has run out. Nothing was charged. Order the ticket again if it is still free."


class AlreadyPaid(Refused):
    """One order is paid once."""

    message = "That order is already paid. Nothing more was charged."


class IntentMismatch(Exception):
    """Stripe tells of an intent that is not this order's, or of another amount or currency. Somebody must look."""


def require_payer(payment: Payment, user_id: str) -> None:
    """NotAllowed unless the order is this user's."""
    if payment.order.user_id != user_id:
        raise NotAllowed("Not authorized: this is another buyer's order.")


def require_payable(payment: Payment, *, now: datetime) -> None:
    """Refused unless the order waits for money right now."""
    if payment.is_captured or payment.order.status is OrderStatus.COMPLETE:
        raise AlreadyPaid
    if payment.order.reason is CancelReason.EXPIRED or now >= payment.order.expires_at:
        raise OrderExpired
    if payment.order.status is OrderStatus.CANCELLED or payment.status is PaymentStatus.CANCELED:
        raise OrderCancelled


def with_order(payment: Payment, order: Order) -> Payment:
    """The payment with a newer copy of its order, or as it is when that is no news."""
    return _next(payment, order=order) if order.version > payment.order.version else payment


def begin_attempt(payment: Payment, *, intent_id: str, attempt: str, check_at: datetime) -> Payment:
    """About to confirm `intent_id` with the token of digest `attempt`; should we die, Stripe is asked at `check_at`."""
    return _next(payment, intent_id=intent_id, attempt=attempt, check_at=check_at, checks=0)


def taken_over(payment: Payment, intent: Intent, *, currency: str) -> Payment:
    """The payment as the intent now stands; the same payment when that is no news.

    Money taken and money given back only grow: an older view of the intent that arrives late is no news.
    """
    _require_match(payment, intent, currency)
    captured, refunded = max(payment.captured, intent.captured), max(payment.refunded, intent.refunded)
    if captured:
        return _with_money(payment, intent, captured, refunded)
    if payment.status is PaymentStatus.CANCELED:
        return payment
    return _without_money(payment, intent)


def ask_refund(payment: Payment, *, refund_id: str, reason: RefundReason) -> Payment:
    """The payment with its refund written down, or as it is when that was done before."""
    if payment.refund is not None:
        return payment
    refund = Refund(id=refund_id, reason=reason, amount=payment.captured - payment.refunded)
    return _next(payment, refund=refund)


def refund_done(payment: Payment, *, refunded: int) -> Payment:
    """The payment after Stripe has taken the refund; `refunded` is the sum of all refunds by its account."""
    if payment.refund is None or payment.refund.done:
        return payment
    total = max(payment.refunded, refunded)
    return _next(
        payment, refund=replace(payment.refund, done=True), refunded=total, status=_money_status(payment, total)
    )


def check_later(payment: Payment, check_at: datetime | None) -> Payment:
    """The payment, to be asked about again at `check_at`, or never again for None."""
    return _next(payment, check_at=check_at, checks=payment.checks + 1)


def _with_money(payment: Payment, intent: Intent, captured: int, refunded: int) -> Payment:
    if (captured, refunded) == (payment.captured, payment.refunded):
        return payment
    status = _money_status(replace(payment, captured=captured), refunded)
    return _next(payment, intent_id=intent.id, captured=captured, refunded=refunded, status=status, decline=None)


def _without_money(payment: Payment, intent: Intent) -> Payment:
    status = _STATUS[intent.status]
    if intent.status is IntentStatus.REQUIRES_PAYMENT_METHOD and intent.decline is not None:
        status = PaymentStatus.FAILED
    decline = intent.decline if status is PaymentStatus.FAILED else None
    if (status, decline) == (payment.status, payment.decline):
        return payment
    return _next(payment, status=status, decline=decline)


def _money_status(payment: Payment, refunded: int) -> PaymentStatus:
    if refunded == 0:
        return PaymentStatus.SUCCEEDED
    return PaymentStatus.REFUNDED if refunded >= payment.captured else PaymentStatus.PARTIALLY_REFUNDED


def _require_match(payment: Payment, intent: Intent, currency: str) -> None:
    same = intent.id == payment.intent_id and intent.order_id == payment.order_id
    if not same or intent.amount != payment.order.price or intent.currency != currency:
        raise IntentMismatch(
            f"intent {intent.id} of order {intent.order_id} over {intent.amount} {intent.currency} is not the payment "
            f"of order {payment.order_id} over {payment.order.price} {currency}: look at it in Stripe's dashboard"
        )


def _next(payment: Payment, **changes: object) -> Payment:
    return replace(payment, version=payment.version + 1, **changes)  # type: ignore[arg-type]  # dataclass fields


_STATUS = {
    IntentStatus.REQUIRES_PAYMENT_METHOD: PaymentStatus.OPEN,
    IntentStatus.REQUIRES_CONFIRMATION: PaymentStatus.OPEN,
    IntentStatus.REQUIRES_ACTION: PaymentStatus.REQUIRES_ACTION,
    IntentStatus.REQUIRES_CAPTURE: PaymentStatus.PROCESSING,
    IntentStatus.PROCESSING: PaymentStatus.PROCESSING,
    IntentStatus.SUCCEEDED: PaymentStatus.PROCESSING,  # with money it never comes here
    IntentStatus.CANCELED: PaymentStatus.CANCELED,
}
