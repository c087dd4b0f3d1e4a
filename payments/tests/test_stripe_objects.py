"""Every status that Stripe documents is mapped; an unknown one is retried later."""

from dataclasses import replace
from typing import Any, get_args

import pytest
import stripe

from ticketing_common.events import PaymentStatus
from ticketing_payments.domain.apply import apply
from ticketing_payments.domain.intent import IntentStatus, Money
from ticketing_payments.domain.payment import Payment
from ticketing_payments.stripe_objects import RefundStatus, UnknownStatus, to_intent
from ticketing_test_support.payments.scenario import NOW, PRICE, make_order

PAYMENT = Payment(order_id="order", id="payment", version=0, order=make_order(), intent_id="pi_1", check_at=NOW)
PAID = {"status": "succeeded", "amount_received": PRICE}
DECLINED = {"status": "requires_payment_method", "last_payment_error": {"charge": "ch_1", "message": "No."}}

# What the payment is when the charge has this status; Stripe shows it by the intent.
CHARGES: dict[str, tuple[dict[str, Any], PaymentStatus]] = {
    "succeeded": (PAID, PaymentStatus.SUCCEEDED),
    "pending": ({"status": "processing"}, PaymentStatus.PROCESSING),
    "failed": (DECLINED, PaymentStatus.FAILED),
}
INTENTS = {
    "requires_payment_method": PaymentStatus.OPEN,
    "requires_confirmation": PaymentStatus.OPEN,
    "requires_action": PaymentStatus.REQUIRES_ACTION,
    "requires_capture": PaymentStatus.PROCESSING,
    "processing": PaymentStatus.PROCESSING,
    "succeeded": PaymentStatus.PROCESSING,
    "canceled": PaymentStatus.CANCELED,
}
REFUNDS = {
    "pending": PaymentStatus.REFUNDED,
    "requires_action": PaymentStatus.REFUNDED,
    "succeeded": PaymentStatus.REFUNDED,
    "failed": PaymentStatus.REFUND_FAILED,
    "canceled": PaymentStatus.REFUND_FAILED,
}
# The state of the payment, and whether it can be refunded.
DISPUTES = {
    "warning_needs_response": (PaymentStatus.SUCCEEDED, True),
    "warning_under_review": (PaymentStatus.SUCCEEDED, True),
    "warning_closed": (PaymentStatus.SUCCEEDED, True),
    "needs_response": (PaymentStatus.DISPUTED, False),
    "under_review": (PaymentStatus.DISPUTED, False),
    "appeal_needs_response": (PaymentStatus.DISPUTED, False),
    "appeal_under_review": (PaymentStatus.DISPUTED, False),
    "won": (PaymentStatus.SUCCEEDED, True),
    "lost": (PaymentStatus.DISPUTE_LOST, False),
    "prevented": (PaymentStatus.SUCCEEDED, True),
}


def payment_after(
    intent: dict[str, Any], *, refunds: list[dict[str, Any]] | None = None, disputes: list[dict[str, Any]] | None = None
) -> Payment:
    data = {"id": "pi_1", "metadata": {"order_id": "order"}, "amount": PRICE, "currency": "usd"} | intent
    return apply(PAYMENT, to_intent(data, refunds or [], disputes or []), currency="usd", now=NOW)


@pytest.mark.parametrize(
    ("documented", "mapped"),
    [
        (get_args(get_args(stripe.PaymentIntent.__annotations__["status"])[0]), {*INTENTS, *IntentStatus}),
        (get_args(get_args(stripe.Charge.__annotations__["status"])[0]), set(CHARGES)),
        (get_args(get_args(stripe.Dispute.__annotations__["status"])[0]), set(DISPUTES)),
        # docs.stripe.com/api/refunds/object; the SDK types it as str.
        (["pending", "requires_action", "succeeded", "failed", "canceled"], {*REFUNDS, *RefundStatus}),
    ],
    ids=["intents", "charges", "disputes", "refunds"],
)
def test_every_documented_status_is_mapped(documented: list[str], mapped: set[str]) -> None:
    assert mapped == set(documented)
    assert documented


@pytest.mark.parametrize(("status", "expected"), INTENTS.items())
def test_intent_status(status: str, expected: PaymentStatus) -> None:
    started = replace(payment_after({"status": status}), version=0)
    assert started.status is expected


@pytest.mark.parametrize("status", CHARGES)
def test_charge_status(status: str) -> None:
    intent, expected = CHARGES[status]
    assert payment_after(intent).status is expected


@pytest.mark.parametrize(("status", "expected"), REFUNDS.items())
def test_refund_status(status: str, expected: PaymentStatus) -> None:
    assert payment_after(PAID, refunds=[{"amount": PRICE, "status": status}]).status is expected


@pytest.mark.parametrize("status", DISPUTES)
def test_dispute_status(status: str) -> None:
    payment = payment_after(PAID, disputes=[{"amount": PRICE, "status": status}])
    money = payment.money
    assert (payment.status, not money.has_open_dispute and not money.is_returned) == DISPUTES[status]


def test_amounts_of_several_refunds_and_disputes_add_up() -> None:
    refunds = [{"amount": 100, "status": "succeeded"}, {"amount": 10, "status": "failed"}]
    disputes = [{"amount": 200, "status": "lost"}, {"amount": 30, "status": "needs_response"}]
    assert payment_after(PAID, refunds=refunds, disputes=disputes).money == Money(PRICE, 110, 10, 230, 0, 200)


@pytest.mark.parametrize(
    ("intent", "refunds", "disputes", "kind"),
    [
        ({"status": "from_a_newer_api"}, [], [], "payment_intent"),
        (PAID, [{"amount": 1, "status": "from_a_newer_api"}], [], "refund"),
        (PAID, [], [{"amount": 1, "status": "from_a_newer_api"}], "dispute"),
    ],
)
def test_unknown_status_is_retried_later(
    intent: dict[str, Any], refunds: list[dict[str, Any]], disputes: list[dict[str, Any]], kind: str
) -> None:
    with pytest.raises(UnknownStatus) as raised:
        payment_after(intent, refunds=refunds, disputes=disputes)
    assert (raised.value.kind, raised.value.value, type(raised.value).status) == (kind, "from_a_newer_api", 503)
