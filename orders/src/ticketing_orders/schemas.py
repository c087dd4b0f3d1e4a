"""Requests and responses of /api/orders. Money is a JSON number in major units here."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from ticketing_common.currency import Currency
from ticketing_common.events import CancelReason, OrderStatus
from ticketing_common.web import CamelModel
from ticketing_orders.domain import Order, Payment
from ticketing_orders.history import Line, history


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
    disputed: float | None = Field(default=None, description="What the buyer's bank holds back; absent if nothing")


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


class HistoryLineOut(CamelModel):
    """One line of what happened, in the buyer's words; `amount` where money moved."""

    at: datetime
    step: str
    text: str
    amount: float | None = None


class OrderDetailsOut(OrderOut):
    """An order with its history, oldest first: the receipt."""

    history: list[HistoryLineOut]


def order_out(order: Order, currency: Currency) -> OrderOut:
    """The order as its buyer sees it."""
    return OrderOut(**_order_fields(order, currency))


def order_details_out(order: Order, currency: Currency) -> OrderDetailsOut:
    """The order and all that happened to it."""
    lines = [_line_out(line, currency) for line in history(order, currency)]
    return OrderDetailsOut(**_order_fields(order, currency), history=lines)


def _order_fields(order: Order, currency: Currency) -> dict[str, Any]:
    price = currency.to_major(order.ticket.price)
    return {
        "id": order.id,
        "status": order.status,
        "user_id": order.user_id,
        "expires_at": order.expires_at.astimezone(UTC),
        "version": order.version,
        "ticket": TicketOut(id=order.ticket.id, title=order.ticket.title, price=price),
        "reason": order.reason,
        "payment": _payment_out(order.payment, currency) if order.payment else None,
    }


def _payment_out(payment: Payment, currency: Currency) -> PaymentOut:
    amount, refunded = currency.to_major(payment.amount), currency.to_major(payment.refunded)
    disputed = currency.to_major(payment.disputed) if payment.disputed else None
    return PaymentOut(status=payment.status, amount=amount, refunded=refunded, disputed=disputed)


def _line_out(line: Line, currency: Currency) -> HistoryLineOut:
    amount = currency.to_major(line.amount) if line.amount is not None else None
    return HistoryLineOut(at=line.at.astimezone(UTC), step=line.step, text=line.text, amount=amount)
