"""What may be paid and refunded, and which money is reconciled."""

from dataclasses import replace
from datetime import datetime, timedelta

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
from ticketing_test_support.payments.scenario import BUYER, EXPIRES_AT, NOW, PRICE, make_order

PAYMENT = Payment(order_id="order", id="payment", version=0, order=make_order())
PAID = replace(PAYMENT, money=Money(PRICE), status=PaymentStatus.SUCCEEDED, intent_id="pi_1")
CANCELLED = make_order(1, OrderStatus.CANCELLED, CancelReason.BUYER)
EXPIRED = make_order(1, OrderStatus.CANCELLED, CancelReason.EXPIRED)
COMPLETE = make_order(1, OrderStatus.COMPLETE)
SOON, LATER = NOW + rules.FIRST_CHECK, EXPIRES_AT + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("payment", "now", "error"),
    [
        (PAYMENT, EXPIRES_AT, OrderExpired),
        (replace(PAYMENT, order=CANCELLED), NOW, OrderCancelled),
        (replace(PAYMENT, order=CANCELLED), LATER, OrderCancelled),
        (replace(PAYMENT, order=EXPIRED), NOW, OrderExpired),
        (replace(PAYMENT, order=COMPLETE), NOW, AlreadyPaid),
        (PAID, NOW, AlreadyPaid),
        (PAID, LATER, AlreadyPaid),
        (replace(PAYMENT, status=PaymentStatus.CANCELED), NOW, PaymentCanceled),
        (replace(PAYMENT, status=PaymentStatus.PROCESSING, order=EXPIRED), NOW, StillProcessing),
    ],
)
def test_closed_order_cannot_be_paid(payment: Payment, now: datetime, error: type[InvalidState]) -> None:
    with pytest.raises(InvalidState) as raised:
        rules.require_payable(payment, now=now)
    assert raised.type is error
    assert ("Nothing" in error.message) is (error is not StillProcessing)


def test_open_order_can_be_paid_until_it_expires_by_its_buyer_only() -> None:
    rules.require_payable(PAYMENT, now=EXPIRES_AT - timedelta(milliseconds=1))
    rules.require_payer(PAYMENT, BUYER)
    with pytest.raises(Forbidden):
        rules.require_payer(PAYMENT, "0" * 24)


def test_older_replica_of_the_order_is_not_recorded() -> None:
    newer = rules.record_order(PAYMENT, CANCELLED)
    assert newer.order == CANCELLED
    assert rules.record_order(newer, make_order()) is newer


def test_new_attempt_restarts_the_checks() -> None:
    begun = rules.begin_attempt(replace(PAYMENT, checks=7), intent_id="pi_1", attempt="digest", now=NOW)
    assert (begun.intent_id, begun.attempt, begun.check_at, begun.checks) == ("pi_1", "digest", SOON, 0)


def request_refund(payment: Payment, *, refund_id: str = "first", payment_id: str = "payment") -> Payment:
    return rules.request_refund(
        payment, payment_id=payment_id, refund_id=refund_id, reason=RefundReason.EXPIRED, now=NOW
    )


def test_refund_is_recorded_once_and_checked_until_made() -> None:
    requested = request_refund(PAID)
    assert (requested.refund, requested.check_at) == (Refund("first", RefundReason.EXPIRED), SOON)
    assert request_refund(requested, refund_id="second") is requested


@pytest.mark.parametrize(
    "money", [Money(PRICE, refund_requested=PRICE), Money(PRICE, dispute_opened=PRICE, dispute_lost=PRICE)]
)
def test_money_already_returned_needs_no_refund(money: Money) -> None:
    requested = request_refund(replace(PAID, money=money))
    assert requested.refund == Refund("first", RefundReason.EXPIRED, done=True)
    assert requested.check_at is None


@pytest.mark.parametrize(("payment", "payment_id"), [(PAYMENT, "payment"), (PAID, "another")])
def test_payment_without_captured_money_cannot_be_refunded(payment: Payment, payment_id: str) -> None:
    with pytest.raises(NotRefundable, match=f"payment {payment_id} of order order"):
        request_refund(payment, payment_id=payment_id)


@pytest.mark.parametrize(
    ("order", "money", "unreconciled"),
    [
        (make_order(), Money(), 0),
        (make_order(), Money(PRICE), PRICE),
        (EXPIRED, Money(PRICE, refund_requested=PRICE), 0),
        (EXPIRED, Money(PRICE, refund_requested=PRICE, refund_failed=PRICE), PRICE),
        (EXPIRED, Money(PRICE, dispute_opened=PRICE, dispute_lost=PRICE), 0),
        (EXPIRED, Money(PRICE, dispute_opened=PRICE, dispute_won=PRICE), PRICE),
        (COMPLETE, Money(), -PRICE),
        (COMPLETE, Money(PRICE), 0),
        (COMPLETE, Money(PRICE, refund_requested=250), 0),
        (COMPLETE, Money(PRICE, dispute_opened=PRICE), 0),
    ],
)
def test_money_is_reconciled_by_a_complete_order_or_its_return(order: Order, money: Money, unreconciled: int) -> None:
    assert replace(PAYMENT, order=order, money=money).unreconciled == unreconciled
