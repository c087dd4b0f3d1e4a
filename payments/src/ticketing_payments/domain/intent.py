"""A PaymentIntent as far as this service needs it, without Stripe's types."""

from dataclasses import astuple, dataclass
from enum import StrEnum

from ticketing_common.events import PaymentStatus


class IntentStatus(StrEnum):
    """Stripe's own names (docs.stripe.com/payments/paymentintents/lifecycle)."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    REQUIRES_CAPTURE = "requires_capture"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Decline:
    """Why an attempt failed. `attempt` identifies it: one decline reported twice has the same, two never have."""

    attempt: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Money:
    """Amounts moved, in minor units. Each only grows: of two snapshots of an intent, the larger amount is newer.

    refund_requested: all refunds ever made, by us or elsewhere; refund_failed: of those, what the bank returned later.
    dispute_opened: all amounts ever disputed; dispute_won, dispute_lost: of those, how they were decided for the seller
    (won after an appeal, an amount counts as both).
    """

    captured: int = 0
    refund_requested: int = 0
    refund_failed: int = 0
    dispute_opened: int = 0
    dispute_won: int = 0
    dispute_lost: int = 0

    @property
    def refunded(self) -> int:
        """What the buyer got back."""
        return self.refund_requested - self.refund_failed

    @property
    def disputed(self) -> int:
        """What the buyer's bank has taken back, or withholds until the dispute is decided."""
        return self.dispute_opened - self.dispute_won

    @property
    def has_open_dispute(self) -> bool:
        """Whether a dispute is undecided: until then nothing can be refunded."""
        return self.dispute_opened > self.dispute_won + self.dispute_lost

    @property
    def is_returned(self) -> bool:
        """Whether nothing is left to refund: all was refunded, or kept by a bank that decided for the buyer."""
        return self.refund_requested + min(self.dispute_lost, self.disputed) >= self.captured

    @property
    def status(self) -> PaymentStatus:
        """The state of a captured payment."""
        if self.has_open_dispute:
            return PaymentStatus.DISPUTED
        if self.disputed:
            return PaymentStatus.DISPUTE_LOST
        if self.refunded >= self.captured:
            return PaymentStatus.REFUNDED
        if self.refund_failed:
            return PaymentStatus.REFUND_FAILED
        return PaymentStatus.PARTIALLY_REFUNDED if self.refunded else PaymentStatus.SUCCEEDED

    def newest(self, other: "Money") -> "Money":
        """Of two snapshots, the newer one of each amount."""
        return Money(*map(max, astuple(self), astuple(other)))


NO_MONEY = Money()


@dataclass(frozen=True, slots=True)
class Intent:
    """`amount` is in minor units."""

    id: str
    order_id: str | None
    status: IntentStatus
    amount: int
    currency: str
    money: Money = NO_MONEY
    live: bool = False
    client_secret: str | None = None
    decline: Decline | None = None
