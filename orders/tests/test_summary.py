"""The summary that the buyer reads, for every state of an order and its payment."""

import re
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from ticketing_common.currency import USD
from ticketing_common.events import PaymentStatus, RefundReason
from ticketing_orders import domain
from ticketing_orders.domain import Order
from ticketing_orders.summary import SUMMARIES, Phase, summary_of
from ticketing_test_support.orders import HOLD_FOR, NOW, PRICE, captured_payment

TICKET = domain.Ticket(id="f" * 24, version=4, title="Front row", price=PRICE)
CREATED = domain.place(order_id="a" * 24, buyer_id="b" * 24, ticket=TICKET, hold=1, slot=0, now=NOW, hold_for=HOLD_FOR)
PAYMENT = captured_payment(payment_id="p", version=1)
COMPLETE = domain.complete(CREATED, PAYMENT, hold=1, now=NOW)
EXPIRED = domain.expire(CREATED, now=CREATED.expires_at)
RELEASED = domain.cancel(CREATED, now=NOW)
CHARGED = ["succeeded", "partially_refunded", "refunded", "refund_failed", "disputed", "dispute_lost"]
REFUND_DUE = domain.request_refund(EXPIRED, PAYMENT, RefundReason.EXPIRED, now=NOW)


def with_payment(order: Order, status: str, **amounts: Any) -> Order:
    """The order after its payment came to this status."""
    return domain.record_payment(order, replace(PAYMENT, version=2, status=status, **amounts))


def test_every_order_and_payment_state_has_a_summary() -> None:
    assert {(phase, status) for phase, row in SUMMARIES.items() for status in row} == set(product(Phase, PaymentStatus))


@pytest.mark.parametrize("status", PaymentStatus)
@pytest.mark.parametrize("order", [CREATED, COMPLETE, EXPIRED, RELEASED, REFUND_DUE])
def test_text_is_a_sentence_without_placeholders(order: Order, status: PaymentStatus) -> None:
    text = summary_of(with_payment(order, status), USD).text
    assert text.endswith(".")
    assert "{" not in text


@pytest.mark.parametrize(
    ("order", "state", "final"),
    [
        (CREATED, "awaiting_payment", False),
        (EXPIRED, "expired", False),
        (RELEASED, "released", False),
        (with_payment(EXPIRED, "canceled"), "expired", True),
        (with_payment(CREATED, "failed"), "declined", False),
        (with_payment(CREATED, "succeeded"), "confirming", False),
        (with_payment(EXPIRED, "succeeded"), "unknown", False),
        (with_payment(EXPIRED, "disputed"), "disputed", False),
        (COMPLETE, "paid", True),
        (with_payment(COMPLETE, "disputed"), "disputed", False),
        (with_payment(COMPLETE, "dispute_lost"), "dispute_lost", True),
        (REFUND_DUE, "refund_pending", False),
        (with_payment(REFUND_DUE, "partially_refunded"), "refund_pending", False),
        (with_payment(REFUND_DUE, "refunded"), "refunded", True),
        (with_payment(REFUND_DUE, "refund_failed"), "refund_failed", True),
        (with_payment(REFUND_DUE, "disputed"), "disputed", False),
        (with_payment(REFUND_DUE, "dispute_lost"), "dispute_lost", True),
        (with_payment(COMPLETE, "from a newer release"), "unknown", False),
    ],
)
def test_state_and_whether_it_is_final(order: Order, state: str, final: bool) -> None:
    summary = summary_of(order, USD)
    assert (summary.state, summary.final) == (state, final)


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("status", CHARGED)
def test_charged_order_never_reads_as_unpaid(phase: Phase, status: PaymentStatus) -> None:
    assert not re.search("no payment|nothing was charged", SUMMARIES[phase][status].text, re.IGNORECASE)


def test_amounts_are_in_the_text() -> None:
    assert "$2.50" in summary_of(with_payment(COMPLETE, "partially_refunded", refunded=250), USD).text
    assert (
        summary_of(with_payment(COMPLETE, "disputed", disputed=PRICE), USD).text
        == "You disputed the payment of $12.50."
    )
