"""During a rollout, or after one was undone, orders reads documents of a newer release."""

from dataclasses import replace
from typing import Any

import pytest

from ticketing_common.errors import Unavailable
from ticketing_common.events import PaymentHistoryEntry, PaymentStep
from ticketing_common.mongo import Database
from ticketing_orders import use_cases
from ticketing_orders.domain import Order
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.orders import NOW, captured_payment, expire, list_ticket, pay, place, reload

PAID = PaymentHistoryEntry(step=PaymentStep.PAID, at=NOW, amount=1250)
PAYMENT = replace(captured_payment(payment_id="p"), history=(PAID,))
LEVELS = ["", "ticket.", "payments.p.", "payments.p.history.0.", "history.0."]


@pytest.fixture
def store(real_store: MongoOrderStore) -> MongoOrderStore:
    """On a real MongoDB: how it sets fields by path is part of the subject."""
    return real_store


@pytest.fixture
async def order(store: MongoOrderStore) -> Order:
    """A paid order: its document has every level."""
    order = await place(store, await list_ticket(store))
    await pay(store, order, PAYMENT)
    return await reload(store, order)


async def update(database: Database, order: Order, change: dict[str, Any]) -> None:
    """What another release does to the document."""
    await database.collection("orders").update_one({"_id": order.id}, change)


@pytest.mark.parametrize("level", LEVELS)
async def test_unknown_field_is_ignored(store: MongoOrderStore, database: Database, order: Order, level: str) -> None:
    await update(database, order, {"$set": {f"{level}added": {"by": "a newer release"}}})
    assert await reload(store, order) == order


@pytest.mark.parametrize("level", [level for level in LEVELS if level != "payments.p.history.0."])
async def test_write_keeps_unknown_field(store: MongoOrderStore, database: Database, order: Order, level: str) -> None:
    await update(database, order, {"$set": {f"{level}added": 1}})
    await use_cases.record_payment(store, order_id=order.id, payment=replace(PAYMENT, version=9))
    assert await database.collection("orders").count_documents({f"{level}added": 1}) == 1


NEWER_FIELDS = ["reason", "ticket_version", "seller_id", "trace", "payments.p.disputed", "payments.p.history"]
NEWER_FIELDS += ["payments.p.history.0.reason", "history.0.reason"]


@pytest.mark.parametrize("field", NEWER_FIELDS)
async def test_missing_field_has_its_default(
    store: MongoOrderStore, database: Database, order: Order, field: str
) -> None:
    await update(database, order, {"$unset": {field: ""}})
    assert (await reload(store, order)).status is order.status


async def test_unknown_field_of_a_ticket_is_ignored(store: MongoOrderStore, database: Database) -> None:
    ticket = await list_ticket(store)
    await database.collection("tickets").update_one({"_id": ticket.id}, {"$set": {"added": 1}})
    assert await store.find_ticket(ticket.id) == ticket


@pytest.mark.parametrize(
    "field", ["status", "reason", "judged.p", "payments.p.history.0.step", "history.0.step", "history.0.reason"]
)
async def test_unknown_enum_value_is_retried_later(
    store: MongoOrderStore, database: Database, order: Order, field: str
) -> None:
    await update(database, order, {"$set": {field: "from a newer release"}})
    with pytest.raises(Unavailable):
        await expire(store, order)
