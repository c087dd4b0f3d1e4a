"""Every status that Stripe documents is mapped; an unknown one is retried later."""

from typing import Any, get_args

import pytest
import stripe

from ticketing_common.events import PaymentStatus
from ticketing_payments.domain.apply import apply
from ticketing_payments.domain.intent import Money
from ticketing_payments.domain.payment import Payment
from ticketing_payments.stripe_objects import UnknownStatus, to_intent
from ticketing_test_support.payments.scenario import NOW, PRICE, make_order

PAYMENT = Payment(order_id="order", id="payment", version=0, order=make_order(), intent_id="pi_1", check_at=NOW)
PAID = {"status": "succeeded", "amount_received": PRICE}
NEWER = "from_a_newer_api"

# The state of the payment by the status of Stripe's object.
STATES = {
    "payment_intent": {
        "requires_payment_method": PaymentStatus.OPEN,
        "requires_confirmation": PaymentStatus.OPEN,
        "requires_action": PaymentStatus.REQUIRES_ACTION,
        "requires_capture": PaymentStatus.PROCESSING,
        "processing": PaymentStatus.PROCESSING,
        "succeeded": PaymentStatus.PROCESSING,  # until an amount was received
        "canceled": PaymentStatus.CANCELED,
    },
    "charge": {
        "pending": PaymentStatus.PROCESSING,
        "succeeded": PaymentStatus.SUCCEEDED,
        "failed": PaymentStatus.FAILED,
    },
    "refund": {
        "pending": PaymentStatus.REFUNDED,
        "requires_action": PaymentStatus.REFUNDED,
        "succeeded": PaymentStatus.REFUNDED,
        "failed": PaymentStatus.REFUND_FAILED,
        "canceled": PaymentStatus.REFUND_FAILED,
    },
    "dispute": {
        "warning_needs_response": PaymentStatus.SUCCEEDED,
        "warning_under_review": PaymentStatus.SUCCEEDED,
        "warning_closed": PaymentStatus.SUCCEEDED,
        "needs_response": PaymentStatus.DISPUTED,
        "under_review": PaymentStatus.DISPUTED,
        "appeal_needs_response": PaymentStatus.DISPUTED,
        "appeal_under_review": PaymentStatus.DISPUTED,
        "won": PaymentStatus.SUCCEEDED,
        "lost": PaymentStatus.DISPUTE_LOST,
        "prevented": PaymentStatus.SUCCEEDED,
    },
}
# How an intent shows the status of its charge.
CHARGES: dict[str, dict[str, Any]] = {
    "pending": {"status": "processing"},
    "succeeded": PAID,
    "failed": {"status": "requires_payment_method", "last_payment_error": {"charge": "ch_1"}},
}
# As the SDK declares them; it types a refund's as str (docs.stripe.com/api/refunds/object).
DOCUMENTED = {
    "payment_intent": get_args(get_args(stripe.PaymentIntent.__annotations__["status"])[0]),
    "charge": get_args(get_args(stripe.Charge.__annotations__["status"])[0]),
    "refund": ("pending", "requires_action", "succeeded", "failed", "canceled"),
    "dispute": get_args(get_args(stripe.Dispute.__annotations__["status"])[0]),
}


def payment_after(intent: dict[str, Any], refunds: list[tuple[int, str]], disputes: list[tuple[int, str]]) -> Payment:
    data = {"id": "pi_1", "metadata": {"order_id": "order"}, "amount": PRICE, "currency": "usd"} | intent
    listed = [[{"amount": amount, "status": status} for amount, status in items] for items in (refunds, disputes)]
    return apply(PAYMENT, to_intent(data, *listed), currency="usd", now=NOW)


def payment_with(kind: str, status: str) -> Payment:
    """The payment after a snapshot in which an object of this kind has this status."""
    intents = {"payment_intent": {"status": status}, "charge": CHARGES.get(status, PAID)}
    refunds, disputes = ([(PRICE, status)] if kind == listed else [] for listed in ("refund", "dispute"))
    return payment_after(intents.get(kind, PAID), refunds, disputes)


def test_every_documented_status_is_mapped() -> None:
    assert {kind: set(states) for kind, states in STATES.items()} == {
        kind: set(statuses) for kind, statuses in DOCUMENTED.items()
    }


@pytest.mark.parametrize(("kind", "status"), [(kind, status) for kind, states in STATES.items() for status in states])
def test_status_leads_to_the_state(kind: str, status: str) -> None:
    assert payment_with(kind, status).status is STATES[kind][status]


@pytest.mark.parametrize("status", STATES["dispute"])
def test_refund_is_possible_unless_the_bank_has_the_money(status: str) -> None:
    money = payment_with("dispute", status).money
    assert (not money.has_open_dispute and not money.is_returned) is (STATES["dispute"][status] == "succeeded")


def test_amounts_of_several_refunds_and_disputes_add_up() -> None:
    payment = payment_after(PAID, [(100, "succeeded"), (10, "failed")], [(200, "lost"), (30, "needs_response")])
    assert payment.money == Money(PRICE, 110, 10, 230, 0, 200)


@pytest.mark.parametrize("kind", ["payment_intent", "refund", "dispute"])
def test_unknown_status_is_retried_later(kind: str) -> None:
    with pytest.raises(UnknownStatus) as raised:
        payment_with(kind, NEWER)
    assert (raised.value.kind, raised.value.value, type(raised.value).status) == (kind, NEWER, 503)
