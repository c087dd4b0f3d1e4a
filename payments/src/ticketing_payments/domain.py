"""The payment of one order: a copy of the order, the PaymentIntent, and the refund that was asked for.

What Stripe tells of the intent is taken over in `transition.py`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ticketing_common.errors import NotAllowed, Refused
from ticketing_common.events import CancelReason, OrderStatus, RefundReason
from ticketing_payments.intent import Decline


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
    """All that is left of a payment is to go back, or went. Its id is its idempotency key: stored before the call."""

    id: str
    reason: RefundReason
    done: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """One document an order. Amounts are in minor units.

    `attempt` is a digest of the token last tried; `declines` are all that were told of, oldest first. `given_back` and
    `bounced` are the intent's.
    """

    order_id: str
    id: str
    version: int
    order: Order
    status: PaymentStatus = PaymentStatus.NONE
    intent_id: str | None = None
    attempt: str | None = None
    captured: int = 0
    given_back: int = 0
    bounced: int = 0
    declines: tuple[Decline, ...] = ()
    refund: Refund | None = None
    check_at: datetime | None = None
    checks: int = 0

    @property
    def is_captured(self) -> bool:
        """Whether money was taken, whatever became of it since."""
        return self.captured > 0

    @property
    def refunded(self) -> int:
        """What the buyer has back."""
        return self.given_back - self.bounced

    @property
    def decline(self) -> Decline | None:
        """Why the last card was refused, if that is how the payment stands."""
        return self.declines[-1] if self.declines and self.status is PaymentStatus.FAILED else None

    @property
    def can_be_captured(self) -> bool:
        """Whether there is an intent that could still take money."""
        return self.intent_id is not None and not self.is_captured and self.status is not PaymentStatus.CANCELED

    def was_paid_with(self, attempt: str) -> bool:
        """Whether the money came by the try of this digest: the same token again then gets the same answer."""
        return self.is_captured and self.attempt == attempt


class OrderCancelled(Refused):
    """The buyer gave the order up."""

    message = "That order was cancelled. Nothing was charged. Order the ticket again if it is still free."


class OrderExpired(Refused):
    """The time to pay has run out."""

    message = "The time to pay this order has run out. Nothing was charged. Order the ticket again if it is still free."


class AlreadyPaid(Refused):
    """One order is paid once."""

    message = "That order is already paid. Nothing more was charged."


class PaymentCalledOff(Refused):
    """The intent was cancelled, not by us: the order lives, but nothing can pay it."""

    message = "The payment of that order was called off. Nothing was charged. Cancel the order and order again."


class StillProcessing(Refused):
    """The order is over, but the bank may still take the money; what then becomes of it, orders decides."""

    message = "Your bank is still deciding about this payment. Look at the order again in a minute."


class NotRefundable(Exception):
    """A refund is asked for of a payment that is not here, or took no money. Somebody must look."""


class IntentMismatch(Exception):
    """Stripe tells of an intent that is not this payment's, or of another amount, currency or mode: look at it."""


def require_payer(payment: Payment, user_id: str) -> None:
    """NotAllowed unless the order is this user's."""
    if payment.order.user_id != user_id:
        raise NotAllowed("Not authorized: this is another buyer's order.")


def require_payable(payment: Payment, *, now: datetime) -> None:
    """Refused unless the order waits for money right now."""
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


def ask_refund(payment: Payment, *, payment_id: str, refund_id: str, reason: RefundReason) -> Payment:
    """The payment with its refund written down, or as it is when that was done before.

    What was given back already, by somebody else, needs no call: then the refund is done. Raises NotRefundable.
    """
    if payment.id != payment_id or not payment.is_captured:
        raise NotRefundable(f"payment {payment_id} of order {payment.order_id} has taken no money here")
    if payment.refund is not None:
        return payment
    refund = Refund(id=refund_id, reason=reason, done=payment.given_back >= payment.captured)
    return next_state(payment, refund=refund)


def refund_done(payment: Payment) -> Payment:
    """The payment after Stripe has taken the refund."""
    if payment.refund is None or payment.refund.done:
        return payment
    return next_state(payment, refund=replace(payment.refund, done=True))


def check_later(payment: Payment, check_at: datetime | None) -> Payment:
    """The payment, to be asked about again at `check_at`, or never again for None."""
    return next_state(payment, check_at=check_at, checks=payment.checks + 1)


def _refusal(payment: Payment, now: datetime) -> type[Refused] | None:
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


def money_status(captured: int, refunded: int) -> PaymentStatus:
    """How a payment stands of which `captured` was taken and `refunded` given back."""
    if refunded == 0:
        return PaymentStatus.SUCCEEDED
    return PaymentStatus.REFUNDED if refunded >= captured else PaymentStatus.PARTIALLY_REFUNDED


def next_state(payment: Payment, **changes: object) -> Payment:
    """The payment with these fields changed, one version on."""
    return replace(payment, version=payment.version + 1, **changes)  # type: ignore[arg-type]  # dataclass fields
