"""The payment of one order: a copy of the order, the PaymentIntent, and the refund that was asked for."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ticketing_common.events import CancelReason, OrderStatus, PaymentHistoryEntry, RefundReason
from ticketing_payments.intent import NOTHING, Decline, Money


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
    DISPUTED = "disputed"


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

    `attempt` is a digest of the token last tried; `declines` are all that were told of, and `history` all that
    happened, oldest first.
    """

    order_id: str
    id: str
    version: int
    order: Order
    status: PaymentStatus = PaymentStatus.NONE
    intent_id: str | None = None
    attempt: str | None = None
    money: Money = NOTHING
    declines: tuple[Decline, ...] = ()
    history: tuple[PaymentHistoryEntry, ...] = ()
    refund: Refund | None = None
    check_at: datetime | None = None
    checks: int = 0

    @property
    def is_captured(self) -> bool:
        """Whether money was taken, whatever became of it since."""
        return self.money.captured > 0

    @property
    def decline(self) -> Decline | None:
        """Why the last card was refused, if that is how the payment stands."""
        return self.declines[-1] if self.declines and self.status is PaymentStatus.FAILED else None

    @property
    def can_be_captured(self) -> bool:
        """Whether there is an intent that could still take money."""
        return self.intent_id is not None and not self.is_captured and self.status is not PaymentStatus.CANCELED

    @property
    def owes_refund(self) -> bool:
        """Whether a refund was asked for that is not made yet."""
        return self.refund is not None and not self.refund.done

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing left to ask Stripe about by ourselves."""
        return not self.can_be_captured and not self.owes_refund

    @property
    def unexplained(self) -> int:
        """Money that bought nothing and was not given back (or the other way round): must end as 0.

        What was refunded or disputed outside leaves an order complete, and is explained by that.
        """
        if self.order.status is OrderStatus.COMPLETE:
            return self.money.captured - self.order.price
        return self.money.captured - self.money.refunded - self.money.held

    def was_paid_with(self, attempt: str) -> bool:
        """Whether the money came by the try of this digest: the same token again then gets the same answer."""
        return self.is_captured and self.attempt == attempt


def next_state(payment: Payment, **changes: object) -> Payment:
    """The payment with these fields changed, one version on."""
    return replace(payment, version=payment.version + 1, **changes)  # type: ignore[arg-type]  # dataclass fields
