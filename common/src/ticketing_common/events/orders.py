"""Said by orders; heard by tickets and payments, and order.created by expiration too."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from ticketing_common.events.event import VersionedEvent
from ticketing_common.events.subjects import Subject


class OrderStatus(StrEnum):
    """Where an order stands. AWAITING_PAYMENT is kept for clients of the original, which never set it either."""

    CREATED = "created"
    CANCELLED = "cancelled"
    AWAITING_PAYMENT = "awaiting:payment"
    COMPLETE = "complete"

    @property
    def holds_ticket(self) -> bool:
        """Whether the ticket belongs to the order: every status but cancelled."""
        return self is not OrderStatus.CANCELLED


class CancelReason(StrEnum):
    """Why an order was cancelled. A late payment may bring an expired order back, never one the buyer gave up."""

    BUYER = "buyer"
    EXPIRED = "expired"


class RefundReason(StrEnum):
    """Why a captured payment goes back."""

    EXPIRED = "expired"
    BUYER = "buyer"
    DUPLICATE = "duplicate"
    WRONG_AMOUNT = "wrong_amount"


class HeldTicket(BaseModel):
    """The ticket as it was when it was ordered: the order keeps its own price, in minor units."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)

    id: str
    title: str
    price: int


class OrderFacts(VersionedEvent):
    """What each event about an order tells. `hold` is the fencing token of its ticket: of two orders, the higher one
    came later."""

    hold: int
    status: OrderStatus
    user_id: str
    expires_at: AwareDatetime
    ticket: HeldTicket


class OrderState(OrderFacts):
    """A whole order, with the reason where it is cancelled."""

    reason: CancelReason | None = None


class OrderCreated(OrderState):
    """An order holds a ticket until `expires_at`."""

    subject: ClassVar[Subject] = Subject.ORDER_CREATED


class OrderCancelled(OrderState):
    """The buyer gave it up or its time ran out."""

    subject: ClassVar[Subject] = Subject.ORDER_CANCELLED


class OrderCompleted(OrderState):
    """It is paid: the ticket is sold."""

    subject: ClassVar[Subject] = Subject.ORDER_COMPLETED


class OrderRefundDue(OrderFacts):
    """A command in an event's clothes: the payment `payment_id` bought nothing and is to be refunded, once."""

    subject: ClassVar[Subject] = Subject.ORDER_REFUND_DUE

    payment_id: str
    reason: RefundReason

    @property
    def event_id(self) -> str:
        return f"{self.subject}:{self.id}:{self.payment_id}"
