"""An order's rules, without any store: every legal path, and only those."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ticketing_common.errors import Forbidden
from ticketing_common.events import CancelReason, OrderStatus, RefundReason
from ticketing_orders import domain
from ticketing_orders.domain import AlreadyComplete, NotExpiredYet, Order, Ticket
from ticketing_test_support.orders import HOLD_FOR, NOW, PRICE, captured_payment

TICKET = Ticket(id="f" * 24, version=4, title="Front row", price=PRICE)
CREATED = domain.place(order_id="a" * 24, buyer_id="b" * 24, ticket=TICKET, hold=1, now=NOW, hold_for=HOLD_FOR)
AWAITING = replace(CREATED, status=OrderStatus.AWAITING_PAYMENT)
EXPIRED = domain.expire(CREATED, now=CREATED.expires_at)
CANCELLED = domain.cancel(CREATED, now=NOW)
COMPLETE = domain.complete(CREATED, captured_payment(), hold=1, now=NOW)


def test_a_new_order_holds_the_ticket_at_its_price_until_the_window_ends() -> None:
    assert (CREATED.status, CREATED.version, CREATED.hold, CREATED.reason) == (OrderStatus.CREATED, 0, 1, None)
    assert (CREATED.ticket.price, CREATED.expires_at) == (PRICE, NOW + HOLD_FOR)


def test_times_are_whole_milliseconds_so_that_the_event_and_the_store_tell_the_same() -> None:
    now, hold_for = NOW.replace(microsecond=123_456), timedelta(seconds=0.0015)
    order = domain.place(order_id="a", buyer_id="b", ticket=TICKET, hold=1, now=now, hold_for=hold_for)
    assert (order.created_at.microsecond, order.expires_at.microsecond) == (123_000, 124_000)


@pytest.mark.parametrize("order", [CREATED, AWAITING, EXPIRED])
def test_a_buyer_can_give_up_what_is_not_paid_and_the_reason_is_the_buyer(order: Order) -> None:
    cancelled = domain.cancel(order, now=NOW)
    assert (cancelled.status, cancelled.reason) == (OrderStatus.CANCELLED, CancelReason.BUYER)
    assert (cancelled.version, cancelled.hold) == (order.version + 1, order.hold)


def test_giving_up_twice_changes_nothing() -> None:
    assert domain.cancel(CANCELLED, now=NOW) is CANCELLED


def test_a_complete_order_cannot_be_cancelled() -> None:
    with pytest.raises(AlreadyComplete):
        domain.cancel(COMPLETE, now=NOW)


@pytest.mark.parametrize("order", [CREATED, AWAITING])
def test_an_order_expires_at_its_time(order: Order) -> None:
    expired = domain.expire(order, now=order.expires_at)
    assert (expired.status, expired.reason) == (OrderStatus.CANCELLED, CancelReason.EXPIRED)
    assert expired.version == order.version + 1


@pytest.mark.parametrize("order", [CREATED, AWAITING])
def test_an_order_does_not_expire_before_its_time_and_says_how_long_is_left(order: Order) -> None:
    with pytest.raises(NotExpiredYet) as early:
        domain.expire(order, now=order.expires_at - timedelta(milliseconds=1500))
    assert early.value.seconds == 1.5


@pytest.mark.parametrize("order", [EXPIRED, CANCELLED, COMPLETE])
def test_expiring_what_is_over_changes_nothing_at_any_time(order: Order) -> None:
    assert domain.expire(order, now=NOW) is order
    assert domain.expire(order, now=NOW + HOLD_FOR) is order


@pytest.mark.parametrize("order", [CREATED, AWAITING, EXPIRED])
def test_full_payment_buys_an_open_or_expired_order(order: Order) -> None:
    settled = domain.settle(order, captured_payment(payment_id="p"), hold=2, now=NOW)
    assert (settled.status, settled.settled) == (OrderStatus.COMPLETE, {"p": None})


@pytest.mark.parametrize(
    ("order", "hold", "reason"),
    [
        (CANCELLED, 2, RefundReason.BUYER),
        (COMPLETE, 2, RefundReason.DUPLICATE),
        (EXPIRED, None, RefundReason.EXPIRED),
        (CANCELLED, None, RefundReason.BUYER),
    ],
    ids=["cancelled", "paid", "expired and resold", "cancelled and resold"],
)
def test_full_payment_is_refunded_with_the_reason(order: Order, hold: int | None, reason: RefundReason) -> None:
    settled = domain.settle(order, captured_payment(payment_id="p"), hold=hold, now=NOW)
    assert (settled.status, settled.settled["p"]) == (order.status, reason)


@pytest.mark.parametrize("captured", [0, PRICE - 1, PRICE + 1])
@pytest.mark.parametrize("order", [CREATED, AWAITING, EXPIRED, CANCELLED, COMPLETE])
def test_wrong_amount_is_refunded_in_every_state(order: Order, captured: int) -> None:
    settled = domain.settle(order, captured_payment(payment_id="p", captured=captured), hold=2, now=NOW)
    assert (settled.status, settled.settled["p"]) == (order.status, RefundReason.WRONG_AMOUNT)


def test_completing_an_expired_order_takes_its_reason_away_and_the_new_hold_over() -> None:
    reinstated = domain.complete(EXPIRED, captured_payment(payment_id="p"), hold=7, now=NOW)
    assert (reinstated.status, reinstated.reason, reinstated.hold) == (OrderStatus.COMPLETE, None, 7)
    assert (reinstated.version, reinstated.settled) == (EXPIRED.version + 1, {"p": None})


def test_refusing_a_payment_leaves_the_status_and_writes_the_verdict_down() -> None:
    refused = domain.request_refund(CANCELLED, captured_payment(payment_id="p"), RefundReason.BUYER, now=NOW)
    assert (refused.status, refused.reason) == (OrderStatus.CANCELLED, CancelReason.BUYER)
    assert refused.settled == {"p": RefundReason.BUYER}


def test_a_payment_is_shown_by_its_newest_version() -> None:
    newer = domain.record_payment(CREATED, captured_payment(payment_id="p", version=2))
    assert newer.payment == captured_payment(payment_id="p", version=2)
    assert domain.record_payment(newer, captured_payment(payment_id="p", version=2)) is newer
    assert domain.record_payment(newer, captured_payment(payment_id="p", version=1)) is newer


def test_the_payment_that_bought_the_order_is_shown_however_many_versions_another_one_has() -> None:
    bought = domain.complete(CREATED, captured_payment(payment_id="p1", version=1), hold=1, now=NOW)
    refused = domain.request_refund(
        bought, captured_payment(payment_id="p2", version=9), RefundReason.DUPLICATE, now=NOW
    )
    assert refused.payment == captured_payment(payment_id="p1", version=1)
    assert domain.record_payment(refused, captured_payment(payment_id="p1", version=2)).payment == captured_payment(
        payment_id="p1", version=2
    )


def test_an_order_is_its_buyers_only() -> None:
    assert domain.require_buyer(CREATED, CREATED.user_id) is CREATED
    with pytest.raises(Forbidden):
        domain.require_buyer(CREATED, "c" * 24)
