"""Published by payments, consumed by orders."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from ticketing_common.events.event import EventModel, VersionedEvent
from ticketing_common.events.subjects import Subject


class PaymentStatus(StrEnum):
    """The state of a payment. DISPUTE_LOST and REFUND_FAILED are final: the buyer's bank keeps, or returned, the money.

    DISPUTED is an open dispute; one that was won leaves no trace here.
    """

    NONE = "none"
    OPEN = "open"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    FAILED = "failed"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute_lost"


class PaymentStep(StrEnum):
    """What can happen to a payment."""

    DECLINED = "declined"
    PAID = "paid"
    CANCELED = "called_off"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"
    DISPUTE_CLOSED = "dispute_closed"


class PaymentHistoryEntry(EventModel):
    """What happened to a payment. `amount` is in minor units; `reason` is a text or a `RefundReason`."""

    step: PaymentStep
    at: AwareDatetime
    amount: int | None = None
    reason: str | None = None


class PaymentState(VersionedEvent):
    """A payment as Stripe last reported it. Amounts are in minor units; `stripe_id` is the PaymentIntent's.

    `status` is a `PaymentStatus`, or one that a newer release added. `refunded` excludes failed refunds; `disputed` is
    what the buyer's bank has taken back, or withholds until it decides. `history` is oldest first.
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
    """Money was captured. Orders settles what it pays for."""

    subject: ClassVar[Subject] = Subject.PAYMENT_CREATED


class PaymentFailed(PaymentState):
    """A card was declined or the intent canceled; nothing was charged."""

    subject: ClassVar[Subject] = Subject.PAYMENT_FAILED


class PaymentRefunded(PaymentState):
    """A captured payment changed: it was refunded or disputed, or one of these was decided."""

    subject: ClassVar[Subject] = Subject.PAYMENT_REFUNDED
