"""Requests and responses of /api/orders. Amounts are JSON numbers in major units."""

from datetime import UTC, datetime
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from ticketing_common.currency import Currency
from ticketing_common.events import CancelReason, OrderStatus
from ticketing_common.web import CamelModel, Id, Price
from ticketing_common.web.envelope import ErrorDetail
from ticketing_orders.domain import Order, OrderedTicket, Payment, Sales, Total
from ticketing_orders.history import HistoryEntry, history_of
from ticketing_orders.summary import SummaryState, summary_of


class OrderIn(CamelModel):
    """Which ticket to reserve, and the price that the buyer saw, if it must still be that."""

    ticket_id: Annotated[Id, Field(strict=True, min_length=1)]
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


class TicketOut(TypedDict):
    """The ticket as ordered."""

    id: Id
    title: str
    price: Annotated[float, Field(description="In major units (dollars)")]
    version: Annotated[int, Field(description="The ticket's version when it was ordered")]


class PaymentOut(TypedDict):
    """The state of the payment."""

    status: str
    amount: float
    refunded: float
    disputed: NotRequired[Annotated[float, Field(description="Amount disputed, or lost in a dispute; absent if none")]]


class SummaryOut(TypedDict):
    """The order and its payment in one state and one text."""

    state: SummaryState
    text: str
    final: Annotated[bool, Field(description="No further change is expected: clients need not poll")]


class OrderOut(TypedDict):
    """An order. `reason` only when cancelled, `payment` only once there is one."""

    id: Id
    status: OrderStatus
    userId: Id
    expiresAt: datetime
    version: int
    ticket: TicketOut
    summary: SummaryOut
    reason: NotRequired[CancelReason]
    payment: NotRequired[PaymentOut]


class HistoryEntryOut(TypedDict):
    """One step of an order or its payment; `amount` where money moved."""

    at: datetime
    step: str
    text: str
    amount: NotRequired[float]


class OrderDetailsOut(OrderOut):
    """An order with its history, oldest first: the receipt."""

    history: list[HistoryEntryOut]


class TotalOut(TypedDict):
    """A number of orders, and the sum of their amounts in major units (dollars)."""

    count: int
    amount: float


class SalesOut(TypedDict):
    """A seller's paid orders at the prices that were paid, and what was refunded of their payments."""

    sold: TotalOut
    refunded: TotalOut


def order_out(order: Order, currency: Currency) -> OrderOut:
    """The order as its buyer sees it."""
    summary = summary_of(order, currency)
    shown: OrderOut = {
        "id": order.id,
        "status": order.status,
        "userId": order.user_id,
        "expiresAt": order.expires_at.astimezone(UTC),
        "version": order.version,
        "ticket": _ticket_out(order.ticket, currency),
        "summary": {"state": summary.state, "text": summary.text, "final": summary.final},
    }
    if order.reason is not None:
        shown["reason"] = order.reason
    if order.payment is not None:
        shown["payment"] = _payment_out(order.payment, currency)
    return shown


def order_details_out(order: Order, currency: Currency) -> OrderDetailsOut:
    """The order with its history."""
    entries = [_entry_out(entry, currency) for entry in history_of(order, currency)]
    return {**order_out(order, currency), "history": entries}


def sales_out(sales: Sales, currency: Currency) -> SalesOut:
    """The sums as the API shows them."""

    def total_out(total: Total) -> TotalOut:
        return {"count": total.count, "amount": currency.to_major(total.amount)}

    return {"sold": total_out(sales.sold), "refunded": total_out(sales.refunded)}


def _ticket_out(ticket: OrderedTicket, currency: Currency) -> TicketOut:
    price = currency.to_major(ticket.price)
    return {"id": ticket.id, "title": ticket.title, "price": price, "version": ticket.version}


def _payment_out(payment: Payment, currency: Currency) -> PaymentOut:
    amount, refunded = currency.to_major(payment.amount), currency.to_major(payment.refunded)
    shown: PaymentOut = {"status": payment.status, "amount": amount, "refunded": refunded}
    if payment.disputed:
        shown["disputed"] = currency.to_major(payment.disputed)
    return shown


def _entry_out(entry: HistoryEntry, currency: Currency) -> HistoryEntryOut:
    shown: HistoryEntryOut = {"at": entry.at.astimezone(UTC), "step": entry.step, "text": entry.text}
    if entry.amount is not None:
        shown["amount"] = currency.to_major(entry.amount)
    return shown
