"""Each violation, planted in books that are clean, is found and named; clean books have none."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ticketing_common.messaging import Backlog, DeadLetter
from ticketing_ops.auditing import findings
from ticketing_ops.auditing.books import Books
from ticketing_test_support.clean_books import DUE, clean_books, order, shown

LETTER = DeadLetter(
    7, "orders-x", "expiration.complete", "ValueError: no", 10, "e:1", datetime(2030, 1, 1, tzinfo=UTC), b""
)


def said(books: Books) -> str:
    return "\n".join(map(str, findings(books)))


def spoil(collection: str, document_id: str, **fields: Any) -> Books:
    """Clean books but for these fields; a dict is laid over the one that is there."""
    books = clean_books()
    (document,) = (item for item in getattr(books, collection) if item["_id"] == document_id)
    for name, value in fields.items():
        is_part = isinstance(value, Mapping) and value and document[name]
        document[name] = {**document[name], **value} if is_part else value
    return books


def with_order(*, hold: int, status: str = "created") -> Books:
    """Clean books with one more order of the ticket on hold."""
    books = clean_books()
    reason = "buyer" if status == "cancelled" else None
    steps = ("reserved", "cancelled") if reason else ("reserved",)
    another = {**order("another", "t-held", status, *steps, reason=reason), "hold": hold}
    return replace(books, orders=[*books.orders, another])


def without(collection: str, document_id: str) -> Books:
    books = clean_books()
    return replace(books, **{collection: [item for item in getattr(books, collection) if item["_id"] != document_id]})  # type: ignore[arg-type]  # by name


def with_ledger(kind: str, *items: Mapping[str, Any]) -> Books:
    books = clean_books()
    assert books.ledger is not None
    return replace(books, ledger={**books.ledger, kind: [*books.ledger[kind], *items]})


STRAY = {"id": "pi_stray", "amount_received": 500, "metadata": {}}
REFUND = {"id": "re_2", "payment_intent": "pi_sold", "amount": 100, "status": "succeeded"}
BACKLOG = Backlog(durable="tickets-order-created", pending=2, unacknowledged=1, ack_floor=40)


def test_nothing_is_found_where_all_is_well() -> None:
    assert said(clean_books()) == ""


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (lambda: with_order(hold=2), "I1  ticket t-held: is sold 2 times, to the live orders another, open"),
        (lambda: with_order(hold=1), "I1  ticket t-held: has hold 1 in 2 orders: another, open"),
        (
            lambda: with_order(hold=2, status="cancelled"),
            "I1  order open: is live with hold 1, and a later order has 2",
        ),
        (lambda: spoil("orders", "open", live=False), "I1  order open: is created and has live=False"),
        (
            lambda: spoil("tickets", "t-held", order_id=None),
            "I4  ticket t-held: is free by tickets, and orders has the",
        ),
        (
            lambda: spoil("tickets", "t-late", order_id="late"),
            "I4  ticket t-late: is held by order late by tickets, and",
        ),
        (lambda: spoil("tickets", "t-free", buyable=False), "I4  ticket t-free: has buyable=False and the order None"),
        (lambda: without("tickets", "t-sold"), "I4  ticket t-sold: has orders, but tickets does not know it"),
    ],
)
def test_a_reservation_gone_wrong_is_found(plant: Callable[[], Books], expected: str) -> None:
    assert expected in said(plant())


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (lambda: without("payments", "sold"), "I2  order sold: is complete, and payments has captured nothing of its"),
        (
            lambda: spoil("payments", "sold", money={"captured": 1249}),
            "I2  order sold: is complete at the price 1250, and captured 1249, refunded 0, disputed 0",
        ),
        (
            lambda: spoil("payments", "late", money={"given_back": 1000}),
            "I2  order late: is cancelled (expired), and captured 1250, refunded 1000, disputed 0: 250 is unexplained",
        ),
        (lambda: spoil("payments", "late", money={"bounced": 1250}), "1250 is unexplained"),
        (
            lambda: spoil("payments", "sold", refund={"id": "r-1", "reason": "expired", "done": True}),
            "I2  order sold: is complete, and we refund it by r-1 (reason expired)",
        ),
        (
            lambda: spoil("payments", "open", order={"price": 99}),
            "I2  order open: costs 1250 by orders and 99 by payments",
        ),
        (lambda: without("orders", "late"), "I2  order late: has a payment, but orders does not know it"),
        (
            lambda: with_ledger("refunds", REFUND),
            "I2  order sold: by payments captured 1250, refunded 0, disputed 0; by Stripe's ledger captured 1250, "
            "refunded 100, disputed 0 (pi_sold)",
        ),
        (
            lambda: with_ledger("payment_intents", STRAY),
            "I2  order no order: payments knows nothing of pi_stray, which",
        ),
        (lambda: spoil("payments", "sold", intent_id="pi_x"), "I2  order sold: is paid by pi_x, which Stripe's ledger"),
    ],
)
def test_money_gone_wrong_is_found(plant: Callable[[], Books], expected: str) -> None:
    assert expected in said(plant())


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (
            lambda: spoil("orders", "late", judged={}),
            "I3  order late: payment p-late captured 1250, and orders has not",
        ),
        (lambda: spoil("orders", "sold", judged={}), "I3  order sold: is complete by the verdict on 0 payments"),
        (
            lambda: spoil("orders", "late", judged={"p-late": None}),
            "I3  order late: is cancelled, and payment p-late was",
        ),
        (lambda: spoil("orders", "sold", judged={"p-2": "duplicate"}), "I3  order sold: judged payment p-2, which"),
        (
            lambda: spoil("payments", "late", refund=None),
            "I3  order late: payment p-late is due to be refunded (reason",
        ),
        (
            lambda: spoil("payments", "late", refund={"done": False}),
            "I3  order late: refund r-late (reason expired) was",
        ),
        (
            lambda: spoil("payments", "late", refund={"reason": "buyer"}),
            "I3  order late: refund r-late says buyer, and",
        ),
    ],
)
def test_a_payment_that_does_not_end_well_is_found(plant: Callable[[], Books], expected: str) -> None:
    assert expected in said(plant())


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (lambda: spoil("orders", "open", status="paid"), "I6  order open: has the status paid with the reason None"),
        (
            lambda: spoil("orders", "sold", reason="buyer"),
            "I6  order sold: has the status complete with the reason buyer",
        ),
        (
            lambda: spoil(
                "orders", "sold", history=[{"step": "reserved"}, {"step": "cancelled"}, {"step": "reinstated"}]
            ),
            "I6  order sold: went an illegal path: reserved → cancelled → reinstated",
        ),
        (lambda: spoil("orders", "open", history=[]), "I6  order open: is created, and its history () says otherwise"),
        (lambda: without("known_tickets", "t-free"), "I6  ticket t-free: orders has not heard of it"),
        (
            lambda: spoil("known_tickets", "t-free", version=1),
            "orders knows version 1, and tickets has 2: an event is lost",
        ),
        (
            lambda: spoil("known_tickets", "t-free", version=3),
            "orders knows version 3, and tickets has 2: that cannot be",
        ),
        (lambda: spoil("known_tickets", "t-free", price=1), "I6  ticket t-free: orders knows it at the price 1, and"),
        (lambda: without("tickets", "t-free"), "I6  ticket t-free: orders knows it, but tickets does not"),
        (lambda: without("payments", "open"), "I6  order open: payments has not heard of it"),
        (lambda: spoil("payments", "open", order={"version": 9}), "payments knows version 9, and orders has 0: that"),
        (lambda: spoil("payments", "sold", order={"status": "created"}), "I6  order sold: is created by payments, and"),
        (lambda: spoil("payments", "sold", version=0), "orders knows version 1, and payments has 0: that cannot be"),
        (
            lambda: spoil("orders", "sold", payments={"p-sold": shown(captured=1250, refunded=5)}),
            "I6  order sold: shows its buyer captured 1250, refunded 5, disputed 0; payments has captured 1250",
        ),
        (lambda: spoil("tickets", "t-free", hold=4), "I6  ticket t-free: has heard of hold and version (4, -1), and"),
    ],
)
def test_a_state_that_cannot_be_is_found(plant: Callable[[], Books], expected: str) -> None:
    assert expected in said(plant())


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (
            lambda: spoil("orders", "open", outbox=[{"id": "order.created:open:0"}]),
            "I5  order open: its event order.creat",
        ),
        (lambda: spoil("expiries", "late", outbox=[{"id": "x"}]), "I5  expiry of order late: its event x waits to be"),
        (
            lambda: replace(clean_books(), backlogs=[BACKLOG]),
            "I5  listener tickets-order-created after message 40: 3 ev",
        ),
        (
            lambda: spoil("users", "seller", email_key="buyer@example.com"),
            "I5  accounts buyer, seller: 2 accounts have",
        ),
        (lambda: without("users", "buyer"), "I5  account buyer: this buyer has no account"),
        (lambda: replace(clean_books(), parked=[LETTER]), "I7  parked message 7: orders-x parked e:1: ValueError: no"),
        (lambda: without("expiries", "open"), "I8  order open: is open, and expiration does not watch it"),
        (
            lambda: spoil("expiries", "open", due_at=DUE + timedelta(hours=1)),
            "I8  order open: is open until 12:10:00, and",
        ),
        (
            lambda: replace(clean_books(), at=DUE + timedelta(seconds=6)),
            "I8  order open: is still open, and its time ran",
        ),
    ],
)
def test_what_is_not_delivered_or_not_expired_is_found(plant: Callable[[], Books], expected: str) -> None:
    assert expected in said(plant())


def test_a_refund_and_a_dispute_made_outside_leave_a_complete_order_explained() -> None:
    books = spoil("payments", "sold", money={"given_back": 250, "disputed": 1000})
    for item in books.orders:
        item["payments"].update({"p-sold": shown(captured=1250, refunded=250, disputed=1000)} if item["judged"] else {})
    assert not [found for found in findings(replace(books, ledger=None)) if found.where == "order sold"]


def test_a_document_that_cannot_be_read_is_found_and_ends_one_check_alone() -> None:
    books = without("expiries", "open")
    del books.payments[0]["money"]["given_back"]
    assert "I6  check ledger: ended early: a document has not the shape" in said(books)
    assert "I8  order open: is open, and expiration does not watch it" in said(books)


def test_an_intent_that_took_nothing_is_nobodys_loss() -> None:
    assert said(with_ledger("payment_intents", {**STRAY, "amount_received": 0})) == ""
