"""A PaymentIntent as far as this service cares: what Stripe says, in our words. No Stripe types beyond the gateway."""

from dataclasses import astuple, dataclass
from enum import StrEnum


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
    """Why a try failed. `attempt` names the try: a decline told twice has the same, two declines never have."""

    attempt: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Money:
    """What moved, in minor units. Each number only grows: of two views the larger one is the newer, in each.

    given_back: all refunds ever asked for, ours and others'; bounced: of those, what the bank sent back to us later.
    disputed: all that a bank ever took back or holds back for its client; won, lost: how that was decided, for us.
    """

    captured: int = 0
    given_back: int = 0
    bounced: int = 0
    disputed: int = 0
    won: int = 0
    lost: int = 0

    @property
    def refunded(self) -> int:
        """What the buyer has back."""
        return self.given_back - self.bounced

    @property
    def held(self) -> int:
        """What the buyer's bank has taken back, or holds back until it has decided."""
        return self.disputed - self.won

    @property
    def undecided(self) -> bool:
        """Whether a dispute is open: then nothing can be refunded."""
        return self.disputed > self.won + self.lost

    def newest(self, other: "Money") -> "Money":
        """Of two views, the newer in each number."""
        return Money(*map(max, astuple(self), astuple(other)))


NOTHING = Money()


@dataclass(frozen=True, slots=True)
class Intent:
    """`amount` is in minor units."""

    id: str
    order_id: str | None
    status: IntentStatus
    amount: int
    currency: str
    money: Money = NOTHING
    live: bool = False
    client_secret: str | None = None
    decline: Decline | None = None
