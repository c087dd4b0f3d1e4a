"""An order's history as its buyer reads it: the steps of the order and of its payments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ticketing_common.currency import Currency
from ticketing_common.events import PaymentHistoryEntry, PaymentStep, RefundReason
from ticketing_orders.domain import Order, OrderHistoryEntry, OrderStep


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One step, with its text. `amount` is in minor units, where money moved."""

    at: datetime
    step: str
    text: str
    amount: int | None = None


def history_of(order: Order, currency: Currency) -> list[HistoryEntry]:
    """All steps, oldest first."""
    entries = [_order_entry(order, entry, currency) for entry in order.history]
    for payment in order.payments.values():
        refund_reason = order.settled.get(payment.id)
        entries += [_payment_entry(entry, refund_reason, currency) for entry in payment.history]
    return sorted(entries, key=lambda entry: entry.at)


def _order_entry(order: Order, entry: OrderHistoryEntry, currency: Currency) -> HistoryEntry:
    text = _ORDER_TEXTS[entry.step].format(
        title=order.ticket.title, price=currency.format_price(order.ticket.price), why=_WHY[entry.reason]
    )
    return HistoryEntry(entry.at, entry.step.value, text)


def _payment_entry(entry: PaymentHistoryEntry, refund_reason: RefundReason | None, currency: Currency) -> HistoryEntry:
    amount = currency.format_price(entry.amount) if entry.amount is not None else ""
    text = _PAYMENT_TEXTS[entry.step].format(amount=amount, reason=_reason(entry.reason), why=_WHY[refund_reason])
    return HistoryEntry(entry.at, entry.step.value, " ".join(text.split()), entry.amount)


def _reason(text: str | None) -> str:
    """A sentence; empty if it adds nothing to the text of a decline."""
    sentence = f"{(text or '').rstrip('.')}."
    return "" if sentence in (".", _DECLINED) else sentence


_DECLINED = "Your card was declined."
_WHY: Mapping[RefundReason | None, str] = {
    None: "",
    RefundReason.EXPIRED: "Your payment arrived after the reservation had expired, and the ticket was gone.",
    RefundReason.BUYER: "You had released the ticket before your payment arrived.",
    RefundReason.DUPLICATE: "The order had already been paid.",
    RefundReason.WRONG_AMOUNT: "The amount did not match the price of the ticket.",
}
_ORDER_TEXTS = {
    OrderStep.RESERVED: "“{title}” was reserved for you at {price}.",
    OrderStep.CANCELLED: "You released the ticket.",
    OrderStep.EXPIRED: "The reservation expired.",
    OrderStep.COMPLETED: "The ticket is yours.",
    OrderStep.REINSTATED: "Your payment arrived late, but the ticket was still available: it is yours.",
    OrderStep.REFUND_DUE: "Your payment will be refunded. {why}",
}
_PAYMENT_TEXTS = {
    PaymentStep.DECLINED: _DECLINED + " {reason} Nothing was charged.",
    PaymentStep.PAID: "You paid {amount}.",
    PaymentStep.CANCELED: "The payment was cancelled. Nothing was charged.",
    PaymentStep.REFUNDED: "{amount} was refunded to your card. {why}",
    PaymentStep.REFUND_FAILED: "Your bank returned the refund of {amount}; we are looking into it.",
    PaymentStep.DISPUTED: "You disputed the payment of {amount}.",
    PaymentStep.DISPUTE_CLOSED: "The dispute was closed: {reason}",
}
