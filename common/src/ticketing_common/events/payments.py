"""Said by payments, heard by orders."""

from typing import ClassVar

from ticketing_common.events.event import VersionedEvent
from ticketing_common.events.subjects import Subject


class PaymentState(VersionedEvent):
    """A payment as Stripe last told of it. All amounts are in minor units; `stripe_id` is the PaymentIntent's."""

    order_id: str
    status: str
    stripe_id: str
    amount: int
    captured: int
    refunded: int
    reason: str | None = None


class PaymentCreated(PaymentState):
    """Money was captured. What it buys, orders decides."""

    subject: ClassVar[Subject] = Subject.PAYMENT_CREATED


class PaymentFailed(PaymentState):
    """A card was declined, or the payment was called off; nothing was charged."""

    subject: ClassVar[Subject] = Subject.PAYMENT_FAILED


class PaymentRefunded(PaymentState):
    """Money went back, in whole or in part; `refunded` is the sum so far."""

    subject: ClassVar[Subject] = Subject.PAYMENT_REFUNDED
