"""What happened to an order, in its buyer's words."""

from dataclasses import replace
from datetime import timedelta

from ticketing_common.currency import USD
from ticketing_common.events import PaymentHistoryEntry, PaymentStep, RefundReason
from ticketing_orders import domain
from ticketing_orders.domain import Order, Payment, Ticket
from ticketing_orders.history import history_of
from ticketing_test_support.orders import HOLD_FOR, NOW, PRICE, captured_payment

TICKET = Ticket(id="f" * 24, version=4, title="Front row", price=PRICE)
CREATED = domain.place(order_id="a" * 24, buyer_id="b" * 24, ticket=TICKET, hold=1, now=NOW, hold_for=HOLD_FOR)
LATE = NOW + HOLD_FOR


def after(minutes: float, step: PaymentStep, **details: object) -> PaymentHistoryEntry:
    return PaymentHistoryEntry.model_validate({"step": step, "at": NOW + timedelta(minutes=minutes), **details})


def payment(*happenings: PaymentHistoryEntry) -> Payment:
    return replace(captured_payment(payment_id="p"), history=happenings)


def texts(order: Order) -> list[str]:
    return [line.text for line in history_of(order, USD)]


def test_a_purchase_with_a_declined_card_is_told_in_order() -> None:
    declined = after(1, PaymentStep.DECLINED, reason="Your card has insufficient funds.")
    paid = payment(declined, after(2, PaymentStep.PAID, amount=PRICE))
    order = domain.complete(CREATED, paid, hold=1, now=NOW + timedelta(minutes=3))
    assert texts(order) == [
        "“Front row” was reserved for you at $12.50.",
        "Your card was declined. Your card has insufficient funds. Nothing was charged.",
        "You paid $12.50.",
        "The ticket is yours.",
    ]


def test_a_late_payment_that_is_honoured_says_so() -> None:
    expired = domain.expire(CREATED, now=LATE)
    order = domain.complete(expired, captured_payment(), hold=2, now=LATE + timedelta(minutes=1))
    assert texts(order)[1:] == [
        "The reservation expired.",
        "Your payment arrived late, but the ticket was still available: it is yours.",
    ]


def test_a_refund_says_why() -> None:
    paid = payment(after(15.5, PaymentStep.PAID, amount=PRICE), after(17, PaymentStep.REFUNDED, amount=PRICE))
    expired = domain.expire(CREATED, now=LATE)
    order = domain.request_refund(expired, paid, RefundReason.EXPIRED, now=NOW + timedelta(minutes=16))
    why = "Your payment arrived after the reservation had expired, and someone else has the ticket."
    assert texts(order)[-2:] == [f"Your payment will be refunded. {why}", f"$12.50 was refunded to your card. {why}"]


def test_giving_an_order_up_is_told() -> None:
    assert texts(domain.cancel(CREATED, now=NOW))[-1] == "You cancelled the order."
