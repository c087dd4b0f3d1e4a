"""An order's history as its buyer reads it."""

from dataclasses import replace
from datetime import timedelta

from ticketing_common.currency import USD
from ticketing_common.events import PaymentHistoryEntry, PaymentStep, RefundReason
from ticketing_orders import domain
from ticketing_orders.domain import Order, Payment
from ticketing_orders.history import history_of
from ticketing_test_support.orders import HOLD_FOR, NOW, PRICE, captured_payment, make_order

CREATED = make_order()
EXPIRED = domain.expire(CREATED, now=NOW + HOLD_FOR)


def entry(minutes: float, step: PaymentStep, **details: object) -> PaymentHistoryEntry:
    return PaymentHistoryEntry.model_validate({"step": step, "at": NOW + timedelta(minutes=minutes), **details})


def payment(*history: PaymentHistoryEntry) -> Payment:
    return replace(captured_payment(payment_id="p"), history=history)


def texts(order: Order) -> list[str]:
    return [entry.text for entry in history_of(order, USD)]


def test_purchase_with_a_declined_card_is_in_order() -> None:
    declined = entry(1, PaymentStep.DECLINED, reason="Your card has insufficient funds.")
    paid = payment(declined, entry(2, PaymentStep.PAID, amount=PRICE))
    assert texts(domain.complete(CREATED, paid, hold=1, now=NOW + timedelta(minutes=3))) == [
        "“Front row” was reserved for you at $12.50.",
        "Your card was declined. Your card has insufficient funds. Nothing was charged.",
        "You paid $12.50.",
        "The ticket is yours.",
    ]


def test_decline_without_a_further_reason_is_not_repeated() -> None:
    declined = payment(entry(1, PaymentStep.DECLINED, reason="Your card was declined."))
    assert texts(domain.record_payment(CREATED, declined))[1:] == ["Your card was declined. Nothing was charged."]


def test_late_payment_for_a_free_ticket_is_explained() -> None:
    order = domain.complete(EXPIRED, captured_payment(), hold=2, now=NOW + HOLD_FOR)
    assert texts(order)[1:] == [
        "The reservation expired.",
        "Your payment arrived late, but the ticket was still available: it is yours.",
    ]


def test_refund_has_its_reason() -> None:
    paid = payment(entry(15.5, PaymentStep.PAID, amount=PRICE), entry(17, PaymentStep.REFUNDED, amount=PRICE))
    order = domain.request_refund(EXPIRED, paid, RefundReason.EXPIRED, now=NOW + timedelta(minutes=16))
    why = "Your payment arrived after the reservation had expired, and the ticket was gone."
    assert texts(order)[-2:] == [f"Your payment will be refunded. {why}", f"$12.50 was refunded to your card. {why}"]


def test_every_payment_step_has_a_text() -> None:
    history = [entry(number, step, amount=PRICE, reason="It is.") for number, step in enumerate(PaymentStep)]
    assert len(texts(domain.record_payment(CREATED, payment(*history)))) == 1 + len(PaymentStep)
