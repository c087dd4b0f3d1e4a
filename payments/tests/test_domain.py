"""What may be paid, refunded and asked about."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ticketing_common.errors import Forbidden, InvalidState
from ticketing_common.events import CancelReason, OrderStatus, PaymentStatus, RefundReason
from ticketing_payments.domain import rules
from ticketing_payments.domain.errors import (
    AlreadyPaid,
    NotRefundable,
    OrderCancelled,
    OrderExpired,
    PaymentCanceled,
    StillProcessing,
)
from ticketing_payments.domain.intent import Money
from ticketing_payments.domain.payment import Order, Payment, Refund
from ticketing_test_support.payments.stories import BUYER, EXPIRES_AT, NOW, PRICE, an_order

PAYMENT = Payment(order_id="order", id="payment", version=0, order=an_order())
PAID = replace(PAYMENT, money=Money(captured=PRICE), status=PaymentStatus.SUCCEEDED, intent_id="pi_1")
GIVEN_UP = an_order(version=1, status=OrderStatus.CANCELLED, reason=CancelReason.BUYER)
RAN_OUT = an_order(version=1, status=OrderStatus.CANCELLED, reason=CancelReason.EXPIRED)
LATER = EXPIRES_AT + timedelta(seconds=1)


def test_an_open_order_can_be_paid_until_its_time_runs_out() -> None:
    rules.require_payable(PAYMENT, now=EXPIRES_AT - timedelta(milliseconds=1))
    with pytest.raises(OrderExpired):
        rules.require_payable(PAYMENT, now=EXPIRES_AT)


@pytest.mark.parametrize(
    ("payment", "now", "refusal"),
    [
        (replace(PAYMENT, order=GIVEN_UP), NOW, OrderCancelled),
        (replace(PAYMENT, order=GIVEN_UP), LATER, OrderCancelled),
        (replace(PAYMENT, order=RAN_OUT), NOW, OrderExpired),
        (replace(PAYMENT, order=an_order(status=OrderStatus.COMPLETE)), NOW, AlreadyPaid),
        (PAID, NOW, AlreadyPaid),
        (PAID, LATER, AlreadyPaid),
        (replace(PAYMENT, status=PaymentStatus.CANCELED), NOW, PaymentCanceled),
        (replace(PAYMENT, status=PaymentStatus.PROCESSING, order=RAN_OUT), NOW, StillProcessing),
    ],
)
def test_what_cannot_be_paid_is_refused_in_the_right_words(payment: Payment, now: object, refusal: type) -> None:
    with pytest.raises(InvalidState) as raised:
        rules.require_payable(payment, now=now)  # type: ignore[arg-type]
    assert raised.type is refusal


def test_nobody_is_told_that_nothing_was_charged_while_the_bank_is_deciding() -> None:
    assert "Nothing" not in StillProcessing.message
    assert "Nothing was charged" in OrderExpired.message


def test_only_the_buyer_pays() -> None:
    rules.require_payer(PAYMENT, BUYER)
    with pytest.raises(Forbidden):
        rules.require_payer(PAYMENT, "0" * 24)


def test_an_older_copy_of_the_order_is_no_news() -> None:
    newer = rules.record_order(PAYMENT, GIVEN_UP)
    assert newer.order == GIVEN_UP
    assert rules.record_order(newer, an_order()) is newer


def asked_back(payment: Payment, *, refund_id: str = "first", payment_id: str = "payment") -> Payment:
    """The payment after order.refund_due."""
    return rules.request_refund(
        payment, payment_id=payment_id, refund_id=refund_id, reason=RefundReason.EXPIRED, check_at=LATER
    )


def test_a_refund_is_written_down_once_and_asked_about_until_it_is_made() -> None:
    asked = asked_back(PAID)
    assert (asked.refund, asked.check_at) == (Refund(id="first", reason=RefundReason.EXPIRED), LATER)
    assert asked_back(asked, refund_id="second") is asked


def test_what_was_given_back_by_hand_before_needs_no_refund_of_ours() -> None:
    asked = asked_back(replace(PAID, money=Money(captured=PRICE, refund_requested=PRICE)))
    assert asked.refund is not None
    assert (asked.refund.done, asked.check_at) == (True, None)


@pytest.mark.parametrize(("payment", "payment_id"), [(PAYMENT, "payment"), (PAID, "another")])
def test_money_that_was_not_taken_is_not_given_back(payment: Payment, payment_id: str) -> None:
    with pytest.raises(NotRefundable, match=f"payment {payment_id} of order order"):
        asked_back(payment, payment_id=payment_id)


COMPLETE = an_order(version=1, status=OrderStatus.COMPLETE)


@pytest.mark.parametrize(
    ("order", "money", "cents"),
    [
        (an_order(), Money(), 0),
        (an_order(), Money(PRICE), PRICE),
        (RAN_OUT, Money(PRICE, refund_requested=PRICE), 0),
        (RAN_OUT, Money(PRICE, refund_requested=PRICE, refund_failed=PRICE), PRICE),
        (RAN_OUT, Money(PRICE, dispute_opened=PRICE, dispute_lost=PRICE), 0),
        (RAN_OUT, Money(PRICE, dispute_opened=PRICE, dispute_won=PRICE), PRICE),
        (COMPLETE, Money(), -PRICE),
        (COMPLETE, Money(PRICE), 0),
        (COMPLETE, Money(PRICE, refund_requested=250), 0),
        (COMPLETE, Money(PRICE, dispute_opened=PRICE), 0),
    ],
)
def test_money_is_explained_by_a_complete_order_or_by_having_gone_back(order: Order, money: Money, cents: int) -> None:
    assert replace(PAYMENT, order=order, money=money).unreconciled == cents


def test_a_new_try_is_asked_about_from_the_beginning() -> None:
    tried = replace(PAYMENT, checks=7)
    begun = rules.begin_attempt(tried, intent_id="pi_1", attempt="digest", now=NOW, check_at=LATER)
    assert (begun.intent_id, begun.attempt, begun.check_at, begun.checks) == ("pi_1", "digest", LATER, 0)
