"""Published by orders; consumed by tickets and payments, order.created by expiration too."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from ticketing_common.events.event import EventModel, VersionedEvent
from ticketing_common.events.subjects import Subject


class OrderStatus(StrEnum):
    """The state of an order. AWAITING_PAYMENT is kept for clients of the original, which never set it either."""

    CREATED = "created"
    CANCELLED = "cancelled"
    AWAITING_PAYMENT = "awaiting:payment"
    COMPLETE = "complete"

    @property
    def holds_ticket(self) -> bool:
        """Whether the order holds the ticket: in every state but cancelled."""
        return self is not OrderStatus.CANCELLED


class CancelReason(StrEnum):
    """Why an order was cancelled. A late payment may reinstate an expired order, but not one its buyer cancelled."""

    BUYER = "buyer"
    EXPIRED = "expired"


class RefundReason(StrEnum):
    """Why a captured payment is refunded."""

    EXPIRED = "expired"
    BUYER = "buyer"
    DUPLICATE = "duplicate"
    WRONG_AMOUNT = "wrong_amount"


class HeldTicket(EventModel):
    """The ticket as it was when it was ordered: the order keeps its own price, in minor units."""

    id: str
    title: str
    price: int


class OrderEvent(VersionedEvent):
    """What each event about an order has. `hold` is the ticket's fencing token: the later order has the higher one."""

    hold: int
    status: OrderStatus
    user_id: str
    expires_at: AwareDatetime
    ticket: HeldTicket

    @property
    def about_order(self) -> str:
        return self.id


class OrderState(OrderEvent):
    """A whole order; `reason` is set when it is cancelled."""

    reason: CancelReason | None = None


class OrderCreated(OrderState):
    """An order holds a ticket until `expires_at`."""

    subject: ClassVar[Subject] = Subject.ORDER_CREATED


class OrderCancelled(OrderState):
    """The buyer cancelled the order, or it expired."""

    subject: ClassVar[Subject] = Subject.ORDER_CANCELLED


class OrderCompleted(OrderState):
    """The order is paid: the ticket is sold."""

    subject: ClassVar[Subject] = Subject.ORDER_COMPLETED


class OrderRefundDue(OrderEvent):
    """A command: refund the payment `payment_id`, once."""

    subject: ClassVar[Subject] = Subject.ORDER_REFUND_DUE

    payment_id: str
    reason: RefundReason

    @property
    def event_id(self) -> str:
        return f"{self.subject}:{self.id}:{self.payment_id}"
