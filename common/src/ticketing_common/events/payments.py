"""Said by payments, heard by orders."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from ticketing_common.events.event import VersionedEvent
from ticketing_common.events.subjects import Subject


class PaymentStep(StrEnum):
    """What can happen to a payment, as its buyer would tell it."""

    DECLINED = "declined"
    PAID = "paid"
    CALLED_OFF = "called_off"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"
    DISPUTE_CLOSED = "dispute_closed"


class PaymentHistoryEntry(BaseModel):
    """One line of a payment's history. `amount` is in minor units; `reason` is Stripe's or ours, as the step needs."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)

    step: PaymentStep
    at: AwareDatetime
    amount: int | None = None
    reason: str | None = None


class PaymentState(VersionedEvent):
    """A payment as Stripe last told of it. All amounts are in minor units; `stripe_id` is the PaymentIntent's.

    `disputed` is what the buyer's bank has taken back or holds back; `history` is all that happened, oldest first.
    """

    order_id: str
    status: str
    stripe_id: str
    amount: int
    captured: int
    refunded: int
    reason: str | None = None
    disputed: int = 0
    history: tuple[PaymentHistoryEntry, ...] = ()


class PaymentCreated(PaymentState):
    """Money was captured. What it buys, orders decides."""

    subject: ClassVar[Subject] = Subject.PAYMENT_CREATED


class PaymentFailed(PaymentState):
    """A card was declined, or the payment was called off; nothing was charged."""

    subject: ClassVar[Subject] = Subject.PAYMENT_FAILED


class PaymentRefunded(PaymentState):
    """Money went back, in whole or in part; `refunded` is the sum so far."""

    subject: ClassVar[Subject] = Subject.PAYMENT_REFUNDED
