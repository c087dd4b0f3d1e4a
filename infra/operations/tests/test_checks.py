"""Each violation, planted in a clean snapshot, is reported."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ticketing_common.messaging import Backlog, DeadLetter
from ticketing_ops.audit import run_checks
from ticketing_ops.audit.snapshot import Snapshot
from ticketing_test_support.clean_snapshot import DUE, clean_snapshot, order, shown

LETTER = DeadLetter(
    7, "orders-x", "expiration.complete", "ValueError: no", 10, "e:1", datetime(2030, 1, 1, tzinfo=UTC), b""
)
STRAY = {"id": "pi_stray", "amount_received": 500, "metadata": {}}
REFUND = {"id": "re_2", "payment_intent": "pi_sold", "amount": 100, "status": "succeeded"}
REFUNDED = {"id": "r-1", "reason": "expired", "done": True}
SHOWN = {"p-sold": shown(captured=1250, refunded=5)}
BACKLOG = Backlog(durable="tickets-order-created", pending=2, unacknowledged=1, ack_floor=40)
ILLEGAL_PATH = [{"step": step} for step in ("reserved", "cancelled", "reinstated")]


def report(snapshot: Snapshot) -> str:
    return "\n".join(map(str, run_checks(snapshot)))


def changed(collection: str, document_id: str, **fields: Any) -> Snapshot:
    """Clean but for these fields; a dict is merged into the one that is there."""
    snapshot = clean_snapshot()
    (document,) = (item for item in getattr(snapshot, collection) if item["_id"] == document_id)
    for name, value in fields.items():
        is_part = isinstance(value, Mapping) and value and document[name]
        document[name] = {**document[name], **value} if is_part else value
    return snapshot


def with_same_slot(**fields: Any) -> Snapshot:
    """Clean but for a second open order of the buyer, of another ticket."""
    snapshot = changed("orders", "open", slot=3)
    another = {**order("another", "t-free", "created", "reserved"), "slot": 3, **fields}
    return replace(snapshot, orders=[*snapshot.orders, another])


def with_order(*, hold: int, status: str = "created") -> Snapshot:
    """Clean but for a second order of the held ticket."""
    reason = "buyer" if status == "cancelled" else None
    steps = ("reserved", "cancelled") if reason else ("reserved",)
    another = {**order("another", "t-held", status, *steps, reason=reason), "hold": hold}
    return added("orders", another)


def added(collection: str, document: Mapping[str, Any]) -> Snapshot:
    snapshot = clean_snapshot()
    return replace(snapshot, **{collection: [*getattr(snapshot, collection), document]})  # type: ignore[arg-type]


def without(collection: str, document_id: str) -> Snapshot:
    snapshot = clean_snapshot()
    kept = [item for item in getattr(snapshot, collection) if item["_id"] != document_id]
    return replace(snapshot, **{collection: kept})  # type: ignore[arg-type]


def with_ledger(kind: str, item: Mapping[str, Any]) -> Snapshot:
    snapshot = clean_snapshot()
    assert snapshot.ledger is not None
    return replace(snapshot, ledger={**snapshot.ledger, kind: [*snapshot.ledger[kind], item]})


def at(moment: datetime) -> Snapshot:
    return replace(clean_snapshot(), at=moment)


VIOLATIONS: list[tuple[Callable[[], Snapshot], str]] = [
    # reservations
    (lambda: with_order(hold=2), "I1  ticket t-held: has 2 live orders: another, open"),
    (lambda: with_order(hold=1), "I1  ticket t-held: has hold 1 in 2 orders: another, open"),
    (lambda: with_order(hold=2, status="cancelled"), "I1  order open: is live with hold 1, but a later order has 2"),
    (lambda: changed("orders", "open", live=False), "I1  order open: is created with live=False"),
    (lambda: changed("tickets", "t-held", order_id=None), "I4  ticket t-held: is free in tickets, but orders has the"),
    (lambda: changed("tickets", "t-late", order_id="late"), "I4  ticket t-late: is held by order late in tickets, but"),
    (lambda: changed("tickets", "t-free", buyable=False), "I4  ticket t-free: has buyable=False with order_id=None"),
    (lambda: changed("tickets", "t-free", withdrawn=True), "order_id=None and withdrawn=True: it is listed wrongly"),
    (lambda: without("tickets", "t-sold"), "I4  ticket t-sold: has orders, but tickets does not know it"),
    (with_same_slot, "I9  user buyer: has slot 3 in 2 open orders: another, open"),
    # money
    (lambda: without("payments", "sold"), "I2  order sold: is complete, but payments has captured nothing of its"),
    (lambda: changed("payments", "sold", money={"captured": 1249}), "is complete at the price 1250, but captured 1249"),
    (lambda: changed("payments", "late", money={"given_back": 1000}), "refunded 1000, disputed 0: 250 is unreconciled"),
    (lambda: changed("payments", "late", money={"bounced": 1250}), "1250 is unreconciled"),
    (lambda: changed("payments", "sold", refund=REFUNDED), "is complete, but is refunded by r-1 (reason expired)"),
    (lambda: changed("payments", "open", order={"price": 99}), "I2  order open: costs 1250 in orders and 99 in paym"),
    (lambda: without("orders", "late"), "I2  order late: has a payment, but orders does not know it"),
    # Stripe's ledger
    (lambda: with_ledger("refunds", REFUND), "Stripe's ledger has captured 1250, refunded 100, disputed 0 (pi_sold)"),
    (lambda: with_ledger("payment_intents", STRAY), "I2  order unknown: payments does not know pi_stray, which"),
    (lambda: changed("payments", "sold", intent_id="pi_x"), "I2  order sold: is paid by pi_x, which is not in Stripe"),
    # settlement
    (lambda: changed("orders", "late", judged={}), "I3  order late: payment p-late captured 1250, and orders has not"),
    (lambda: changed("orders", "sold", judged={}), "I3  order sold: is complete, but 0 payments completed it"),
    (lambda: changed("orders", "late", judged={"p-late": None}), "is cancelled, although payment p-late completed it"),
    (lambda: changed("orders", "sold", judged={"p-2": "duplicate"}), "I3  order sold: has settled payment p-2, which"),
    (lambda: changed("payments", "late", refund=None), "I3  order late: payment p-late is due to be refunded (reason"),
    (lambda: changed("payments", "late", refund={"done": False}), "I3  order late: refund r-late (reason expired) was"),
    (lambda: changed("payments", "late", refund={"reason": "buyer"}), "I3  order late: refund r-late has the reason b"),
    # consistency
    (lambda: changed("orders", "open", status="paid"), "I6  order open: has the status paid with the reason None"),
    (lambda: changed("orders", "sold", reason="buyer"), "I6  order sold: has the status complete with the reason bu"),
    (lambda: changed("orders", "sold", history=ILLEGAL_PATH), "an illegal path: reserved → cancelled → reinstated"),
    (lambda: changed("orders", "open", history=[]), "I6  order open: is created, which its history () contradicts"),
    (lambda: without("known_tickets", "t-free"), "I6  ticket t-free: orders does not know it"),
    (lambda: changed("known_tickets", "t-free", version=1), "is at version 1 in orders and 2 in tickets: an event is"),
    (lambda: changed("known_tickets", "t-free", version=3), "is at version 3 in orders and 2 in tickets: which is imp"),
    (lambda: changed("known_tickets", "t-free", withdrawn=True), "I6  ticket t-free: has withdrawn=True in orders"),
    (lambda: changed("known_tickets", "t-free", price=1), "I6  ticket t-free: costs 1 in orders and"),
    (lambda: without("tickets", "t-free"), "I6  ticket t-free: orders knows it, but tickets does not"),
    (lambda: without("payments", "open"), "I6  order open: payments does not know it"),
    (lambda: changed("payments", "open", order={"version": 9}), "is at version 9 in payments and 0 in orders: which"),
    (lambda: changed("payments", "sold", order={"status": "created"}), "is created in payments and complete in orders"),
    (lambda: changed("payments", "sold", version=0), "is at version 1 in orders and 0 in payments: which is impossib"),
    (lambda: changed("orders", "sold", payments=SHOWN), "shows its buyer captured 1250, refunded 5, disputed 0, but"),
    (lambda: changed("tickets", "t-free", hold=4), "I6  ticket t-free: has applied hold and version (4, -1), but ord"),
    (lambda: changed("alerts", "t-held:buyer", ticket_id="t-free"), "I11  alert t-held:buyer: waits for a ticket"),
    # delivery and expiration
    (lambda: changed("orders", "open", outbox=[{"id": "order.created:open:0"}]), "I5  order open: its event order.cre"),
    (lambda: changed("expiries", "late", outbox=[{"id": "x"}]), "I5  expiry of order late: its event x waits to be"),
    (
        lambda: replace(clean_snapshot(), backlogs=[BACKLOG]),
        "I5  consumer tickets-order-created after message 40: 3 ev",
    ),
    (lambda: changed("users", "seller", email_key="buyer@example.com"), "I5  accounts buyer, seller: 2 accounts share"),
    (lambda: without("users", "buyer"), "I5  account buyer: this buyer has no account"),
    (lambda: replace(clean_snapshot(), dead_letters=[LETTER]), "I7  dead letter 7: orders-x could not handle e:1: Val"),
    (lambda: without("expiries", "open"), "I8  order open: is open, and expiration does not know it"),
    (lambda: changed("expiries", "open", due_at=DUE + timedelta(hours=1)), "I8  order open: is open until 12:10:00, b"),
    (lambda: at(DUE + timedelta(seconds=6)), "I8  order open: is still open, although it expired"),
]


@pytest.mark.parametrize(("plant", "expected"), VIOLATIONS, ids=[expected for _, expected in VIOLATIONS])
def test_violation_is_reported(plant: Callable[[], Snapshot], expected: str) -> None:
    assert expected in report(plant())


@pytest.mark.parametrize("stray", [None, {**STRAY, "amount_received": 0}])
def test_clean_snapshot_has_no_findings(stray: Mapping[str, Any] | None) -> None:
    assert report(with_ledger("payment_intents", stray) if stray else clean_snapshot()) == ""


def test_outside_refund_and_dispute_leave_complete_order_reconciled() -> None:
    snapshot = changed("payments", "sold", money={"given_back": 250, "disputed": 1000})
    for item in snapshot.orders:
        item["payments"].update({"p-sold": shown(captured=1250, refunded=250, disputed=1000)} if item["judged"] else {})
    assert not [item for item in run_checks(replace(snapshot, ledger=None)) if item.where == "order sold"]


def test_unreadable_document_ends_only_one_check() -> None:
    snapshot = without("expiries", "open")
    del snapshot.payments[0]["money"]["given_back"]
    assert "I6  check ledger: stopped early: a document is not in the form" in report(snapshot)
    assert "I8  order open: is open, and expiration does not know it" in report(snapshot)


class CountedDict(dict[str, Any]):
    """Counts how often a ledger entry is read."""

    reads = 0

    def __getitem__(self, key: str) -> Any:
        CountedDict.reads += 1
        return super().__getitem__(key)


def ledger_reads(payments: int) -> int:
    """Reads of ledger entries that an audit of so many refunded payments needs."""
    ledger = {
        "payment_intents": [CountedDict(id=f"pi_{n}", amount_received=5, metadata={}) for n in range(payments)],
        "refunds": [CountedDict(payment_intent=f"pi_{n}", amount=5, status="succeeded") for n in range(payments)],
        "disputes": [CountedDict(payment_intent=f"pi_{n}", amount=5, status="won") for n in range(payments)],
    }
    CountedDict.reads = 0
    run_checks(replace(clean_snapshot(), ledger=ledger))
    return CountedDict.reads


def test_ledger_check_is_linear_in_payments() -> None:
    assert ledger_reads(400) <= 2 * ledger_reads(200)
