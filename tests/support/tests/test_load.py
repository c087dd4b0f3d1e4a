"""The load generator's accepted writes are compared with what is stored and published: each loss is found."""

from dataclasses import replace
from typing import Any

import pytest

from ticketing_test_support.clean_snapshot import clean_snapshot
from ticketing_test_support.load import LoadGenerator, StoredState
from ticketing_test_support.load.accepted import (
    AccountCreated,
    OrderCancelled,
    OrderPlaced,
    PaymentCaptured,
    TicketSaved,
    TicketWithdrawn,
    Write,
)

SOLD, LATE, PRICE = "sold", "late", 1250
EVENTS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("ticket.created", "t-sold"): [{"version": 0, "title": "Opera gala", "price": PRICE}],
    ("ticket.updated", "t-sold"): [{"version": 2, "title": "Opera", "price": PRICE}],
    ("ticket.withdrawn", "t-gone"): [{"version": 1}],
    ("order.created", SOLD): [{"version": 0}],
    ("order.cancelled", "cancelled"): [{"reason": "buyer"}],
    ("payment.created", "p-sold"): [{"version": 1}],
    ("payment.created", "p-late"): [{"version": 1}],
}
FREE_WITHDRAWN = {("ticket.withdrawn", "t-free"): [{"version": 1}]}
WRITES: list[Write] = [
    AccountCreated("buyer"),
    TicketSaved("t-sold", 0, "Opera gala", PRICE),
    TicketSaved("t-sold", 2, "Opera", PRICE),
    TicketWithdrawn("t-gone"),
    OrderPlaced(SOLD, "t-sold", PRICE),
    OrderCancelled("cancelled"),
    PaymentCaptured(SOLD, "p-sold"),
    PaymentCaptured(LATE, "p-late"),
]


def state() -> StoredState:
    found = StoredState.of(clean_snapshot(), EVENTS)
    cancelled = {**found.orders[LATE], "_id": "cancelled", "reason": "buyer"}
    gone = {**found.tickets["t-free"], "_id": "t-gone", "buyable": False, "withdrawn": True}
    return replace(found, tickets={**found.tickets, "t-gone": gone}, orders={**found.orders, "cancelled": cancelled})


def lost(write: Write, found: StoredState) -> list[str]:
    load = LoadGenerator("http://nowhere")
    load.record.accepted.append(write)
    return load.lost(found)


@pytest.mark.parametrize("write", WRITES, ids=str)
def test_lost_writes_and_events_are_reported(write: Write) -> None:
    nothing = StoredState(users={}, tickets={}, orders={}, payments={}, events=EVENTS)
    unpublished = any("was not published" in problem for problem in lost(write, replace(state(), events={})))
    assert lost(write, state()) == []
    assert lost(write, nothing) != []
    assert unpublished or isinstance(write, AccountCreated)


def test_captured_money_without_order_or_refund_is_reported() -> None:
    found = state()
    kept = {**found.payments[LATE], "money": {"captured": PRICE, "given_back": 0}}
    assert lost(PaymentCaptured(LATE, "p-late"), replace(found, payments={**found.payments, LATE: kept})) != []


@pytest.mark.parametrize(("version", "title"), [(2, "Opera, row C"), (3, "Opera")])
def test_overwritten_edit_is_reported(version: int, title: str) -> None:
    assert lost(TicketSaved("t-sold", version, title, PRICE), state()) != []


def test_withdrawn_ticket_that_is_on_sale_is_reported() -> None:
    assert lost(TicketWithdrawn("t-free"), replace(state(), events=EVENTS | FREE_WITHDRAWN)) == [
        "ticket t-free is no longer withdrawn"
    ]
