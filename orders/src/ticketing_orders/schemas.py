"""Requests and responses of /api/orders. Money is a JSON number in major units here."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from ticketing_common.events import CancelReason, OrderStatus
from ticketing_common.money import to_major
from ticketing_common.web import CamelModel
from ticketing_orders.domain import Order, Payment


class OrderIn(CamelModel):
    """Which ticket to hold."""

    ticket_id: Annotated[str, Field(strict=True, min_length=1)]


class TicketOut(CamelModel):
    """The ticket as ordered."""

    id: str
    title: str
    price: float = Field(description="In major units (dollars), at most two decimals")


class PaymentOut(CamelModel):
    """How the payment stands."""

    status: str
    amount: float
    refunded: float


class OrderOut(CamelModel):
    """An order, to its buyer. `reason` only when cancelled, `payment` only once there was one."""

    id: str
    status: OrderStatus
    user_id: str
    expires_at: datetime
    version: int
    ticket: TicketOut
    reason: CancelReason | None = None
    payment: PaymentOut | None = None


def order_out(order: Order) -> OrderOut:
    """The order as its buyer sees it."""
    return OrderOut(
        id=order.id,
        status=order.status,
        user_id=order.user_id,
        expires_at=order.expires_at.astimezone(UTC),
        version=order.version,
        ticket=TicketOut(id=order.ticket.id, title=order.ticket.title, price=to_major(order.ticket.price)),
        reason=order.reason,
        payment=_payment_out(order.payment) if order.payment else None,
    )


def _payment_out(payment: Payment) -> PaymentOut:
    return PaymentOut(status=payment.status, amount=to_major(payment.amount), refunded=to_major(payment.refunded))
