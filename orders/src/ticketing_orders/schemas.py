"""Requests and responses of /api/orders. Amounts are JSON numbers in major units."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from ticketing_common.currency import Currency
from ticketing_common.events import CancelReason, OrderStatus
from ticketing_common.web import CamelModel, Price
from ticketing_common.web.envelope import ErrorDetail
from ticketing_orders.domain import Order, Payment
from ticketing_orders.history import HistoryEntry, history_of
from ticketing_orders.summary import SummaryState, summary_of


class OrderIn(CamelModel):
    """Which ticket to reserve, and the price that the buyer saw, if it must still be that."""

    ticket_id: Annotated[str, Field(strict=True, min_length=1)]
    price: Price | None = None


class ConflictDetail(ErrorDetail):
    """A conflict with what the buyer saw."""

    current_price: float | None = Field(
        default=None, alias="currentPrice", description="The price to confirm, in major units; absent if it is the same"
    )


class ConflictOut(CamelModel):
    """The body of a 409."""

    errors: list[ConflictDetail]


CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ConflictOut, "description": "The price or the account has changed; nothing is reserved"}
}


class TicketOut(CamelModel):
    """The ticket as ordered."""

    id: str
    title: str
    price: float = Field(description="In major units (dollars)")
    version: int = Field(description="The ticket's version when it was ordered")


class PaymentOut(CamelModel):
    """The state of the payment."""

    status: str
    amount: float
    refunded: float
    disputed: float | None = Field(default=None, description="Amount disputed, or lost in a dispute; absent if none")


class SummaryOut(CamelModel):
    """The order and its payment in one state and one text."""

    state: SummaryState
    text: str
    final: bool = Field(description="No further change is expected: clients need not poll")


class OrderOut(CamelModel):
    """An order. `reason` only when cancelled, `payment` only once there is one."""

    id: str
    status: OrderStatus
    user_id: str
    expires_at: datetime
    version: int
    ticket: TicketOut
    summary: SummaryOut
    reason: CancelReason | None = None
    payment: PaymentOut | None = None


class HistoryEntryOut(CamelModel):
    """One step of an order or its payment; `amount` where money moved."""

    at: datetime
    step: str
    text: str
    amount: float | None = None


class OrderDetailsOut(OrderOut):
    """An order with its history, oldest first: the receipt."""

    history: list[HistoryEntryOut]


def order_out(order: Order, currency: Currency) -> OrderOut:
    """The order as its buyer sees it."""
    return OrderOut(**_order_fields(order, currency))


def order_details_out(order: Order, currency: Currency) -> OrderDetailsOut:
    """The order with its history."""
    entries = [_entry_out(entry, currency) for entry in history_of(order, currency)]
    return OrderDetailsOut(**_order_fields(order, currency), history=entries)


def _order_fields(order: Order, currency: Currency) -> dict[str, Any]:
    price, summary = currency.to_major(order.ticket.price), summary_of(order, currency)
    return {
        "id": order.id,
        "status": order.status,
        "user_id": order.user_id,
        "expires_at": order.expires_at.astimezone(UTC),
        "version": order.version,
        "ticket": TicketOut(id=order.ticket.id, title=order.ticket.title, price=price, version=order.ticket.version),
        "summary": SummaryOut(state=summary.state, text=summary.text, final=summary.final),
        "reason": order.reason,
        "payment": _payment_out(order.payment, currency) if order.payment else None,
    }


def _payment_out(payment: Payment, currency: Currency) -> PaymentOut:
    amount, refunded = currency.to_major(payment.amount), currency.to_major(payment.refunded)
    disputed = currency.to_major(payment.disputed) if payment.disputed else None
    return PaymentOut(status=payment.status, amount=amount, refunded=refunded, disputed=disputed)


def _entry_out(entry: HistoryEntry, currency: Currency) -> HistoryEntryOut:
    amount = currency.to_major(entry.amount) if entry.amount is not None else None
    return HistoryEntryOut(at=entry.at.astimezone(UTC), step=entry.step, text=entry.text, amount=amount)
