"""An order's history in its buyer's words: what was reserved, tried, declined and why, paid, refunded and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ticketing_common.currency import Currency
from ticketing_common.events import PaymentHistoryEntry, PaymentStep, RefundReason
from ticketing_orders.domain import Order, OrderHappening, OrderStep


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when, which kind of step, and what to tell. `amount` is in minor units, where money moved."""

    at: datetime
    step: str
    text: str
    amount: int | None = None


def history(order: Order, currency: Currency) -> list[Line]:
    """All that happened, oldest first."""
    lines = [_order_line(order, happening, currency) for happening in order.history]
    for payment in order.payments.values():
        refused = order.judged.get(payment.id)
        lines += [_payment_line(happening, refused, currency) for happening in payment.history]
    return sorted(lines, key=lambda line: line.at)


def _order_line(order: Order, happening: OrderHappening, currency: Currency) -> Line:
    text = _ORDER_TEXTS[happening.step].format(
        title=order.ticket.title, price=currency.format_price(order.ticket.price), why=_WHY.get(happening.reason, "")
    )
    return Line(happening.at, happening.step.value, text)


def _payment_line(happening: PaymentHistoryEntry, refused: RefundReason | None, currency: Currency) -> Line:
    amount = currency.format_price(happening.amount) if happening.amount is not None else ""
    text = _PAYMENT_TEXTS[happening.step].format(amount=amount, reason=_sentence(happening.reason), why=_WHY[refused])
    return Line(happening.at, happening.step.value, text.strip(), happening.amount)


def _sentence(text: str | None) -> str:
    return "" if not text else f"{text.rstrip('.')}."


_WHY: Mapping[RefundReason | None, str] = {
    None: "",
    RefundReason.EXPIRED: "Your payment arrived after your time had run out, and the ticket had gone to somebody else.",
    RefundReason.BUYER: "You had cancelled the order before your payment arrived.",
    RefundReason.DUPLICATE: "The order had been paid already.",
    RefundReason.WRONG_AMOUNT: "The amount was not the price of the ticket.",
}
_ORDER_TEXTS = {
    OrderStep.RESERVED: "“{title}” was reserved for you at {price}.",
    OrderStep.CANCELLED: "You cancelled the order.",
    OrderStep.EXPIRED: "The time to pay ran out.",
    OrderStep.COMPLETED: "The ticket is yours.",
    OrderStep.REINSTATED: "Your payment arrived late, but the ticket was still free: it is yours.",
    OrderStep.REFUND_DUE: "Your payment goes back to you. {why}",
}
_PAYMENT_TEXTS = {
    PaymentStep.DECLINED: "Your card was declined. {reason} Nothing was charged.",
    PaymentStep.PAID: "You paid {amount}.",
    PaymentStep.CALLED_OFF: "The payment was called off. Nothing was charged.",
    PaymentStep.REFUNDED: "{amount} went back to your card. {why}",
    PaymentStep.REFUND_FAILED: "Your bank returned the refund of {amount}; we are looking into it.",
    PaymentStep.DISPUTED: "Your bank disputes the payment of {amount}.",
    PaymentStep.DISPUTE_CLOSED: "The dispute was closed: {reason}",
}
