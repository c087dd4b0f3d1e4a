"""The rules of an order, without a store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ticketing_common.events import CancelReason, OrderStatus, RefundReason
from ticketing_orders import domain
from ticketing_orders.domain import AlreadyComplete, NotExpiredYet, Order
from ticketing_test_support.orders import HOLD_FOR, NOW, PRICE, captured_payment, make_order

CREATED = make_order()
AWAITING = replace(CREATED, status=OrderStatus.AWAITING_PAYMENT)
EXPIRED = domain.expire(CREATED, now=CREATED.expires_at)
CANCELLED = domain.cancel(CREATED, now=NOW)
COMPLETE = domain.complete(CREATED, captured_payment(), hold=1, now=NOW)


def test_new_order_holds_the_ticket_at_its_price() -> None:
    assert (CREATED.status, CREATED.version, CREATED.hold, CREATED.reason) == (OrderStatus.CREATED, 0, 1, None)
    assert (CREATED.ticket.price, CREATED.ticket.version, CREATED.expires_at) == (PRICE, 4, NOW + HOLD_FOR)


def test_times_are_whole_milliseconds_as_mongodb_stores_them() -> None:
    ticket = domain.Ticket(id="f" * 24, version=0, title="Front row", price=PRICE)
    now, hold_for = NOW.replace(microsecond=123_456), timedelta(seconds=0.0015)
    order = domain.place(order_id="a", buyer_id="b", ticket=ticket, hold=1, slot=0, now=now, hold_for=hold_for)
    assert (order.created_at.microsecond, order.expires_at.microsecond) == (123_000, 124_000)


@pytest.mark.parametrize("order", [CREATED, AWAITING, EXPIRED])
def test_buyer_cancels_an_unpaid_order(order: Order) -> None:
    cancelled = domain.cancel(order, now=NOW)
    assert (cancelled.status, cancelled.reason) == (OrderStatus.CANCELLED, CancelReason.BUYER)
    assert (cancelled.version, cancelled.hold) == (order.version + 1, order.hold)


def test_complete_order_cannot_be_cancelled() -> None:
    with pytest.raises(AlreadyComplete):
        domain.cancel(COMPLETE, now=NOW)


@pytest.mark.parametrize("order", [CREATED, AWAITING])
def test_order_expires_at_its_time(order: Order) -> None:
    expired = domain.expire(order, now=order.expires_at)
    assert (expired.status, expired.reason) == (OrderStatus.CANCELLED, CancelReason.EXPIRED)
    assert expired.version == order.version + 1


@pytest.mark.parametrize("order", [CREATED, AWAITING])
def test_order_does_not_expire_early(order: Order) -> None:
    with pytest.raises(NotExpiredYet) as early:
        domain.expire(order, now=order.expires_at - timedelta(milliseconds=1500))
    assert early.value.seconds == 1.5


@pytest.mark.parametrize("order", [EXPIRED, CANCELLED, COMPLETE])
def test_closed_order_does_not_expire(order: Order) -> None:
    assert domain.expire(order, now=NOW) is order
    assert domain.expire(order, now=NOW + HOLD_FOR) is order


@pytest.mark.parametrize("order", [CREATED, AWAITING, EXPIRED])
def test_full_payment_buys_an_open_or_expired_order(order: Order) -> None:
    settled = domain.settle(order, captured_payment(payment_id="p"), hold=7, now=NOW)
    assert (settled.status, settled.reason, settled.hold) == (OrderStatus.COMPLETE, None, 7)
    assert (settled.version, settled.settled) == (order.version + 1, {"p": None})


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
    assert (settled.status, settled.reason, settled.settled["p"]) == (order.status, order.reason, reason)


@pytest.mark.parametrize("captured", [0, PRICE - 1, PRICE + 1])
@pytest.mark.parametrize("order", [CREATED, AWAITING, EXPIRED, CANCELLED, COMPLETE])
def test_wrong_amount_is_refunded_in_every_state(order: Order, captured: int) -> None:
    settled = domain.settle(order, captured_payment(payment_id="p", captured=captured), hold=2, now=NOW)
    assert (settled.status, settled.settled["p"]) == (order.status, RefundReason.WRONG_AMOUNT)


@pytest.mark.parametrize("version", [1, 2])
def test_older_payment_state_changes_nothing(version: int) -> None:
    order = domain.record_payment(CREATED, captured_payment(payment_id="p", version=2))
    assert domain.record_payment(order, captured_payment(payment_id="p", version=version)) is order


def test_order_shows_the_payment_that_bought_it() -> None:
    bought = domain.complete(CREATED, captured_payment(payment_id="p1", version=1), hold=1, now=NOW)
    second = captured_payment(payment_id="p2", version=9)
    refunded = domain.request_refund(bought, second, RefundReason.DUPLICATE, now=NOW)
    newer = captured_payment(payment_id="p1", version=2)
    assert domain.record_payment(refunded, newer).payment == newer
