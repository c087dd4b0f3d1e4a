"""A PaymentIntent as far as this service cares: what Stripe says, in our words. No Stripe types beyond the gateway."""

from dataclasses import dataclass
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
class Intent:
    """All amounts are in minor units.

    `given_back` is the sum of all refunds ever asked for, ours and others'; `bounced` of those that the bank sent back
    later, so that the money is ours again. Both only grow, which is why they are told apart.
    """

    id: str
    order_id: str | None
    status: IntentStatus
    amount: int
    currency: str
    captured: int
    given_back: int = 0
    bounced: int = 0
    live: bool = False
    client_secret: str | None = None
    decline: Decline | None = None
