"""What a crowd was promised is held against what is there: each loss is told."""

from dataclasses import replace
from typing import Any

import pytest

from ticketing_test_support.clean_snapshot import clean_snapshot
from ticketing_test_support.crowd import Crowd, Evidence
from ticketing_test_support.crowd.promises import Account, Cancellation, Listing, Promise, Purchase, Reservation

SOLD, LATE, PRICE = "sold", "late", 1250
EVENTS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("ticket.created", "t-sold"): [{"version": 0, "title": "Opera gala", "price": PRICE}],
    ("ticket.updated", "t-sold"): [{"version": 2, "title": "Opera", "price": PRICE}],
    ("order.created", SOLD): [{"version": 0}],
    ("order.cancelled", "given-up"): [{"reason": "buyer"}],
    ("payment.created", "p-sold"): [{"version": 1}],
    ("payment.created", "p-late"): [{"version": 1}],
}
PROMISES: list[Promise] = [
    Account("buyer"),
    Listing("t-sold", 0, "Opera gala", PRICE),
    Listing("t-sold", 2, "Opera", PRICE),
    Reservation(SOLD, "t-sold", PRICE),
    Cancellation("given-up"),
    Purchase(SOLD, "p-sold"),
    Purchase(LATE, "p-late"),
]


def evidence() -> Evidence:
    found = Evidence.of(clean_snapshot(), EVENTS)
    given_up = {**found.orders[LATE], "_id": "given-up", "reason": "buyer"}
    return replace(found, orders={**found.orders, "given-up": given_up})


def lost(promise: Promise, found: Evidence) -> list[str]:
    crowd = Crowd("http://nowhere")
    crowd.notes.promises.append(promise)
    return crowd.lost(found)


@pytest.mark.parametrize("promise", PROMISES, ids=str)
def test_what_is_there_with_its_event_is_a_promise_kept(promise: Promise) -> None:
    assert lost(promise, evidence()) == []


@pytest.mark.parametrize("promise", PROMISES, ids=str)
def test_a_document_that_is_gone_is_told(promise: Promise) -> None:
    nothing = Evidence(users={}, tickets={}, orders={}, payments={}, events=EVENTS)
    assert lost(promise, nothing) != []


@pytest.mark.parametrize("promise", PROMISES[1:], ids=str)
def test_an_event_that_was_never_said_is_told(promise: Promise) -> None:
    assert [what for what in lost(promise, replace(evidence(), events={})) if "was never said" in what] != []


def test_money_that_neither_bought_nor_went_back_is_told() -> None:
    found = evidence()
    kept = {**found.payments[LATE], "money": {"captured": PRICE, "given_back": 0}}
    assert lost(Purchase(LATE, "p-late"), replace(found, payments={**found.payments, LATE: kept})) != []


def test_an_edit_that_was_overwritten_by_an_older_one_is_told() -> None:
    assert lost(Listing("t-sold", 2, "Opera, row C", PRICE), evidence()) != []
    assert lost(Listing("t-sold", 3, "Opera", PRICE), evidence()) != []
