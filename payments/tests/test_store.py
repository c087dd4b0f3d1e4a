"""The store on a real MongoDB, and documents of another release."""

import asyncio
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ticketing_common.errors import Unavailable
from ticketing_common.events import (
    CancelReason,
    OrderStatus,
    PaymentHistoryEntry,
    PaymentStatus,
    PaymentStep,
    RefundReason,
)
from ticketing_common.idempotency import RequestRepeated, StoredRequest
from ticketing_common.mongo import Database, new_id
from ticketing_payments.domain.intent import Decline, Money
from ticketing_payments.domain.payment import Order, Payment, Refund
from ticketing_payments.events import event_for
from ticketing_payments.store import INDEXES, MongoPaymentStore
from ticketing_test_support.memory import InMemoryDatabase

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINIMAL = Payment("5a" * 12, "5b" * 12, 0, Order(0, OrderStatus.CREATED, "5c" * 12, expires_at=NOW, price=1250))
FULL = Payment(
    order_id="6a" * 12,
    id="6b" * 12,
    version=7,
    order=Order(2, OrderStatus.CANCELLED, "6c" * 12, NOW, price=99_999_999, reason=CancelReason.EXPIRED),
    status=PaymentStatus.DISPUTE_LOST,
    intent_id="pi_1",
    attempt="digest",
    money=Money(99_999_999, 6, 5, 4, 3, 2),
    history=(PaymentHistoryEntry(step=PaymentStep.REFUNDED, at=NOW, amount=6, reason="expired"),),
    declines=(Decline("ch_1", "stolen_card", "No."), Decline("ch_2", "generic_decline", "Neither.")),
    refund=Refund(id="6d" * 12, reason=RefundReason.EXPIRED, done=True),
    check_at=NOW + timedelta(milliseconds=1),
    checks=3,
    trace="00-" + "7a" * 16 + "-" + "7b" * 8 + "-01",
    requests=(StoredRequest("key", "digest", NOW, 402, "{}", {"etag": "1"}), StoredRequest("other key", "digest", NOW)),
)


@pytest.mark.parametrize("payment", [MINIMAL, FULL], ids=["minimal", "full"])
async def test_every_field_is_stored(store: MongoPaymentStore, payment: Payment) -> None:
    assert await store.add(payment)
    assert await store.find(payment.order_id) == payment
    assert await store.save(replace(FULL, order_id=payment.order_id), expected_version=payment.version)
    assert await store.find(payment.order_id) == replace(FULL, order_id=payment.order_id)


def test_full_payment_has_no_field_at_its_default() -> None:
    assert all(getattr(FULL, field.name) != field.default for field in fields(FULL))


async def test_order_has_one_payment(store: MongoPaymentStore) -> None:
    added = await asyncio.gather(*(store.add(replace(MINIMAL, id=new_id())) for _ in range(8)))
    assert added.count(True) == 1


async def test_one_of_many_writes_to_one_version_succeeds(store: MongoPaymentStore) -> None:
    await store.add(MINIMAL)
    others = [replace(MINIMAL, version=1, checks=n) for n in range(8)]
    saved = await asyncio.gather(*(store.save(other, expected_version=0) for other in others))
    assert saved.count(True) == 1
    assert await store.find(MINIMAL.order_id) == others[saved.index(True)]


async def test_request_belongs_to_one_payment_of_the_user(store: MongoPaymentStore) -> None:
    request = StoredRequest("key", "digest", NOW)
    payments = [replace(MINIMAL, order_id=new_id()) for _ in range(2)]
    others = replace(MINIMAL, order_id=new_id(), order=replace(MINIMAL.order, user_id=new_id()))
    for payment in (*payments, others):
        await store.add(payment)
    first, second, others_own = (replace(payment, version=1, requests=(request,)) for payment in (*payments, others))
    assert await store.save(first, expected_version=0)
    assert await store.save(others_own, expected_version=0)
    with pytest.raises(RequestRepeated):
        await store.save(second, expected_version=0)
    assert await store.find_by_request(first.order.user_id, "key") == first
    assert await store.find_by_request(first.order.user_id, "another") is None


async def test_state_and_event_are_one_write(store: MongoPaymentStore) -> None:
    await store.add(MINIMAL)
    paid = replace(MINIMAL, version=1, money=Money(1250), status=PaymentStatus.SUCCEEDED)
    for _ in range(2):
        await store.save(paid, expected_version=0, event=event_for(MINIMAL, paid))
    [pending] = await store.documents.pending(before=datetime.now(UTC) + timedelta(seconds=1), limit=10)
    assert [envelope.id for envelope in pending.envelopes] == [f"payment.created:{MINIMAL.id}:1"]


async def test_due_payments_are_found_oldest_first_by_the_index(database: Database, store: MongoPaymentStore) -> None:
    for order_id, seconds in (("late", -1), ("later", -9), ("ahead", 1), ("now", 0)):
        await store.add(replace(MINIMAL, order_id=order_id, check_at=NOW + timedelta(seconds=seconds)))
    for n in range(20):
        await store.add(replace(MINIMAL, order_id=f"without a check {n}"))
    due = await store.find_due(now=NOW, limit=10)
    assert [payment.order_id for payment in due] == ["later", "late", "now"]
    assert len(await store.find_due(now=NOW, limit=2)) == 2
    query = {"check_at": {"$type": "date", "$lte": NOW}}
    plan = (await database.collection("payments").find(query, sort=[("check_at", 1)]).explain())["executionStats"]
    assert (plan["totalKeysExamined"], plan["totalDocsExamined"], plan["nReturned"]) == (3, 3, 3)


# Documents of another release.

LEVELS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "payment": lambda document: document,
    "order": lambda document: document["order"],
    "money": lambda document: document["money"],
    "decline": lambda document: document["declines"][0],
    "history": lambda document: document["history"][0],
    "refund": lambda document: document["refund"],
    "request": lambda document: document["requests"][0],
}


async def store_after(change: Callable[[dict[str, Any]], object]) -> MongoPaymentStore:
    """A store with the document of FULL, changed."""
    store = MongoPaymentStore(InMemoryDatabase(INDEXES))
    await store.add(FULL)
    document = await store.documents.find(FULL.order_id)
    assert document is not None
    change(document)
    store = MongoPaymentStore(InMemoryDatabase(INDEXES))
    await store.documents.insert(document)
    return store


@pytest.mark.parametrize("level", LEVELS)
async def test_unknown_field_is_ignored_at_every_level(level: str) -> None:
    store = await store_after(lambda document: LEVELS[level](document).update(from_a_newer_release={"nested": [1]}))
    assert await store.find(FULL.order_id) == FULL
    assert await store.find_due(now=FULL.check_at or NOW, limit=1) == [FULL]


@pytest.mark.parametrize("level", ["payment", "order", "money"])
async def test_unknown_field_is_kept_when_the_payment_is_saved(level: str) -> None:
    store = await store_after(lambda document: LEVELS[level](document).update(from_a_newer_release=1))
    assert await store.save(replace(FULL, version=8), expected_version=7)
    document = await store.documents.find(FULL.order_id)
    assert document is not None
    assert LEVELS[level](document)["from_a_newer_release"] == 1


@pytest.mark.parametrize(
    ("level", "field", "expected"),
    [
        ("payment", "attempt", replace(FULL, attempt=None)),
        ("payment", "declines", replace(FULL, declines=())),
        ("payment", "history", replace(FULL, history=())),
        ("order", "reason", replace(FULL, order=replace(FULL.order, reason=None))),
        ("money", "lost", replace(FULL, money=replace(FULL.money, dispute_lost=0), status=PaymentStatus.DISPUTED)),
        ("history", "reason", replace(FULL, history=(FULL.history[0].model_copy(update={"reason": None}),))),
        ("refund", "done", replace(FULL, refund=Refund(id="6d" * 12, reason=RefundReason.EXPIRED))),
    ],
    ids=str,
)
async def test_missing_newer_field_gets_its_default(level: str, field: str, expected: Payment) -> None:
    store = await store_after(lambda document: LEVELS[level](document).pop(field))
    assert await store.find(FULL.order_id) == expected


@pytest.mark.parametrize(
    ("level", "field"),
    [("payment", "status"), ("order", "status"), ("order", "reason"), ("history", "step"), ("refund", "reason")],
)
async def test_unknown_enum_value_is_retried_later(level: str, field: str) -> None:
    store = await store_after(lambda document: LEVELS[level](document).update({field: "from_a_newer_release"}))
    with pytest.raises(Unavailable):
        await store.find(FULL.order_id)
    assert await store.find_due(now=FULL.check_at or NOW, limit=1) == []


@pytest.mark.parametrize(
    ("money", "status", "stored"),
    [
        (Money(1250, 1250, 1250), PaymentStatus.REFUND_FAILED, "succeeded"),
        (Money(1250, 0, 0, 1250, 0, 1250), PaymentStatus.DISPUTE_LOST, "disputed"),
    ],
)
async def test_final_states_are_stored_readably_for_the_previous_release(
    money: Money, status: PaymentStatus, stored: str
) -> None:
    store, payment = MongoPaymentStore(InMemoryDatabase(INDEXES)), replace(MINIMAL, money=money, status=status)
    await store.add(payment)
    document = await store.documents.find(payment.order_id)
    assert document is not None
    assert document["status"] == stored
    assert await store.find(payment.order_id) == payment
