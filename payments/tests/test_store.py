"""The store on a real MongoDB."""

import asyncio
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from ticketing_common.events import (
    CancelReason,
    OrderStatus,
    PaymentHistoryEntry,
    PaymentStatus,
    PaymentStep,
    RefundReason,
)
from ticketing_common.mongo import Database, new_id
from ticketing_payments.domain.intent import Decline, Money
from ticketing_payments.domain.payment import Order, Payment, Refund
from ticketing_payments.events import event_for
from ticketing_payments.store import INDEXES, MongoPaymentStore

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BARE = Payment(
    order_id="5a" * 12,
    id="5b" * 12,
    version=0,
    order=Order(version=0, status=OrderStatus.CREATED, user_id="5c" * 12, expires_at=NOW, price=1250),
)
FULL = Payment(
    order_id="6a" * 12,
    id="6b" * 12,
    version=7,
    order=Order(
        version=2,
        status=OrderStatus.CANCELLED,
        user_id="6c" * 12,
        expires_at=NOW,
        price=99_999_999,
        reason=CancelReason.EXPIRED,
    ),
    status=PaymentStatus.DISPUTE_LOST,
    intent_id="pi_1",
    attempt="digest",
    money=Money(
        captured=99_999_999, refund_requested=6, refund_failed=5, dispute_opened=4, dispute_won=3, dispute_lost=2
    ),
    history=(PaymentHistoryEntry(step=PaymentStep.REFUNDED, at=NOW, amount=6, reason="expired"),),
    declines=(Decline("ch_1", "stolen_card", "No."), Decline("ch_2", "generic_decline", "Neither.")),
    refund=Refund(id="6d" * 12, reason=RefundReason.EXPIRED, done=True),
    check_at=NOW + timedelta(milliseconds=1),
    checks=3,
)


@pytest.mark.parametrize("payment", [BARE, FULL], ids=["bare", "full"])
async def test_every_field_comes_back_as_it_was_stored(store: MongoPaymentStore, payment: Payment) -> None:
    assert await store.add(payment)
    assert await store.find(payment.order_id) == payment


def test_the_full_payment_leaves_no_field_at_its_default() -> None:
    assert all(getattr(FULL, field.name) != field.default for field in fields(FULL))


async def test_every_field_is_saved(store: MongoPaymentStore) -> None:
    await store.add(replace(BARE, order_id=FULL.order_id))
    assert await store.save(FULL, expected_version=0)
    assert await store.find(FULL.order_id) == FULL


async def test_an_order_has_one_payment(store: MongoPaymentStore) -> None:
    added = await asyncio.gather(*(store.add(replace(BARE, id=new_id())) for _ in range(8)))
    assert added.count(True) == 1


async def test_of_many_writes_over_one_version_one_wins(store: MongoPaymentStore) -> None:
    await store.add(BARE)
    others = [replace(BARE, version=1, checks=n) for n in range(8)]
    saved = await asyncio.gather(*(store.save(other, expected_version=0) for other in others))
    assert saved.count(True) == 1
    assert await store.find(BARE.order_id) == others[saved.index(True)]


async def test_the_state_and_its_event_are_one_write(store: MongoPaymentStore) -> None:
    await store.add(BARE)
    paid = replace(BARE, version=1, money=Money(captured=1250), status=PaymentStatus.SUCCEEDED)
    await store.save(paid, expected_version=0, event=event_for(BARE, paid))
    await store.save(paid, expected_version=0, event=event_for(BARE, paid))
    [waiting] = await store.documents.pending(before=datetime.now(UTC) + timedelta(seconds=1), limit=10)
    assert [envelope.id for envelope in waiting.envelopes] == [f"payment.created:{BARE.id}:1"]


async def test_due_are_those_whose_time_has_come_oldest_first(store: MongoPaymentStore) -> None:
    for order_id, seconds in (("late", -1), ("later", -9), ("ahead", 1), ("now", 0)):
        await store.add(replace(BARE, order_id=order_id, check_at=NOW + timedelta(seconds=seconds)))
    await store.add(BARE)
    due = await store.find_due(now=NOW, limit=10)
    assert [payment.order_id for payment in due] == ["later", "late", "now"]
    assert len(await store.find_due(now=NOW, limit=2)) == 2


async def test_due_reads_only_the_index_of_what_is_to_be_checked(mongo_uri: str, store: MongoPaymentStore) -> None:
    for n in range(50):
        await store.add(replace(BARE, order_id=f"settled {n}"))
    await store.add(replace(BARE, check_at=NOW))
    plan = await _explain_due(mongo_uri)
    assert (plan["totalKeysExamined"], plan["totalDocsExamined"], plan["nReturned"]) == (1, 1, 1)


async def _explain_due(mongo_uri: str) -> dict[str, int]:
    """How MongoDB runs the query that `due` makes."""
    database = Database(mongo_uri, default_name="payments", indexes=INDEXES)
    cursor = database.collection("payments").find({"check_at": {"$type": "date", "$lte": NOW}}, sort=[("check_at", 1)])
    explained = await cursor.explain()
    await database.close()
    stats: dict[str, int] = explained["executionStats"]
    return stats
