"""The collection in memory behaves as a real mongod does: each test runs on both."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ticketing_common.events import Envelope, ExpirationComplete
from ticketing_common.mongo import Documents, DuplicateKey, compare_and_set, insert
from ticketing_expiration.domain import Expiry
from ticketing_expiration.store import INDEXES as EXPIRATION
from ticketing_expiration.store import MongoExpiryStore
from ticketing_orders.store import INDEXES as ORDERS
from ticketing_payments.store import INDEXES as PAYMENTS
from ticketing_test_support.memory import InMemoryDatabase
from ticketing_test_support.mongo import database_at

NOON = datetime(2030, 5, 1, 12, 0, 0, 123_456, tzinfo=UTC)
INDEXES = {"payments": PAYMENTS["payments"], "orders": ORDERS["orders"], "expiries": EXPIRATION["expiries"]}


@pytest.fixture(params=["memory", "mongod"])
async def database(request):
    """In memory, and on a real server."""
    if request.param == "memory":
        yield InMemoryDatabase(INDEXES)
        return
    real = database_at(request.getfixturevalue("mongo_uri"), default_name="model", indexes=INDEXES)
    await real.run()
    yield real
    await real.close()


@pytest.fixture
def documents(database) -> Documents:
    """Documents under the indexes of orders."""
    return Documents(database.collection("orders"))


def order(order_id: str, *, hold: int, live: bool, **fields: Any) -> dict[str, Any]:
    return {"_id": order_id, "ticket": {"id": "t"}, "hold": hold, "live": live, "version": 0, **fields}


async def test_unique_index_rejects_and_is_named(documents: Documents) -> None:
    await documents.insert(order("a", hold=1, live=False))
    with pytest.raises(DuplicateKey) as rejected:
        await documents.insert(order("b", hold=1, live=False))
    assert rejected.value.index == "one_order_a_hold"
    with pytest.raises(DuplicateKey) as rejected:
        await documents.insert(order("a", hold=2, live=False))
    assert rejected.value.index == "_id_"


async def test_partial_index_rejects_only_matching_documents(documents: Documents) -> None:
    await documents.insert(order("a", hold=1, live=True))
    await documents.insert(order("b", hold=2, live=False))
    with pytest.raises(DuplicateKey) as rejected:
        await documents.compare_and_set({"_id": "b", "version": 0}, {"live": True, "version": 1})
    assert rejected.value.index == "one_live_order_per_ticket"
    assert await documents.compare_and_set({"_id": "a", "version": 0}, {"live": False, "version": 1})
    assert await documents.compare_and_set({"_id": "b", "version": 0}, {"live": True, "version": 1})


async def test_index_of_an_array_rejects_any_of_its_elements(database) -> None:
    payments = Documents(database.collection("payments"))
    for payment_id, keys in (("a", "xy"), ("b", "z"), ("c", ""), ("d", "")):
        await payments.insert(
            {"_id": payment_id, "order": {"user_id": "u"}, "requests": [{"key": key} for key in keys]}
        )
    for keys in ("yv", "vx"):
        with pytest.raises(DuplicateKey) as rejected:
            await payments.compare_and_set({"_id": "b"}, {"requests": [{"key": key} for key in keys]})
        assert rejected.value.index == "one_payment_per_request"
    assert await payments.compare_and_set({"_id": "b"}, {"requests": [{"key": "z"}, {"key": "v"}]})


async def test_partial_index_rejects_only_documents_that_have_its_field(documents: Documents) -> None:
    open_order: dict[str, Any] = {"live": False, "status": "created", "user_id": "u"}
    others: list[dict[str, Any]] = [{"slot": 1}, {"slot": 2}, {}, {}, {"slot": 1, "user_id": "v"}]
    for hold, fields in enumerate(others):
        await documents.insert(order(str(hold), hold=hold, **open_order | fields))
    with pytest.raises(DuplicateKey) as rejected:
        await documents.insert(order("a", hold=9, **open_order, slot=1))
    assert rejected.value.index == "one_open_order_a_slot"
    query = {"user_id": "u", "status": "created", "slot": {"$exists": True}}
    assert sorted(await documents.values("slot", query, index="one_open_order_a_slot")) == [1, 2]
    assert await documents.compare_and_set({"_id": "0"}, {"status": "cancelled"})
    await documents.insert(order("a", hold=9, **open_order, slot=1))


async def test_compare_and_set_changes_only_matching_documents(documents: Documents) -> None:
    await documents.insert(order("a", hold=1, live=True))
    assert not await documents.compare_and_set({"_id": "a", "version": 1}, {"hold": 9})
    assert not await documents.compare_and_set({"_id": "a", "version": {"$lt": 0}}, {"hold": 9})
    assert await documents.find("a") == order("a", hold=1, live=True)


async def test_set_by_path_changes_nested_fields_and_appends(documents: Documents) -> None:
    await documents.insert(order("a", hold=1, live=True, steps=[{"why": 1, "who": 2}]))
    changes = {"ticket.price": 5, "payments.p.amount": 6, "steps.0.why": 7, "steps.1.why": 8, "steps.1.who": 9}
    assert await documents.compare_and_set({"_id": "a"}, changes)
    steps = [{"why": 7, "who": 2}, {"why": 8, "who": 9}]
    expected = order("a", hold=1, live=True, steps=steps, payments={"p": {"amount": 6}})
    assert await documents.find("a") == {**expected, "ticket": {"id": "t", "price": 5}}


async def test_values_are_stored_as_bson(documents: Documents) -> None:
    await documents.insert(order("a", hold=1, live=True, at=NOON, lines=({"why": None},)))
    found = await documents.find("a")
    assert found == order("a", hold=1, live=True, at=NOON.replace(microsecond=123_000), lines=[{"why": None}])


async def test_events_wait_in_order_until_removed(documents: Documents) -> None:
    await documents.insert(order("a", hold=1, live=True), [ExpirationComplete(order_id="1")])
    await documents.compare_and_set({"_id": "a"}, {"version": 1}, [ExpirationComplete(order_id="2")])
    [pending] = await documents.pending(before=datetime.now(UTC) + timedelta(days=1), limit=5)
    assert [envelope.data for envelope in pending.envelopes] == [{"orderId": "1"}, {"orderId": "2"}]
    await documents.remove_published([("a", [pending.envelopes[0].id])])
    [pending] = await documents.pending(before=datetime.now(UTC) + timedelta(days=1), limit=5)
    assert [envelope.data for envelope in pending.envelopes] == [{"orderId": "2"}]
    assert await documents.pending(before=datetime.now(UTC) - timedelta(days=1), limit=5) == []


async def test_find_matches_sorts_and_limits(documents: Documents) -> None:
    for order_id, hold in (("a", 2), ("b", 3), ("c", 1)):
        await documents.insert(order(order_id, hold=hold, live=False, due=NOON if hold > 1 else None))
    due = {"due": {"$type": "date", "$lte": NOON + timedelta(seconds=1)}}
    found = await documents.find_many(due, sort=[("hold", -1)], limit=5)
    assert [document["_id"] for document in found] == ["b", "a"]
    assert [document["_id"] for document in await documents.find_many({}, sort=[("hold", 1)], limit=1)] == ["c"]


async def test_pipeline_fires_expiries_once_with_events(database) -> None:
    expiries = MongoExpiryStore(database)
    await expiries.add(Expiry("early", NOON))
    await expiries.add(Expiry("late", NOON + timedelta(hours=1)))
    for fired in (1, 0):
        assert (await expiries.fire(due_until=NOON, now=NOON)).count == fired
    [pending] = await expiries.documents.pending(before=NOON + timedelta(days=1), limit=5)
    event = ExpirationComplete(order_id="early")
    noon = NOON.replace(microsecond=123_000)
    trace = pending.envelopes[0].traceparent
    assert pending.envelopes == [Envelope.from_event(event, occurred_at=noon, traceparent=trace)]


async def test_request_of_many_writes_makes_those_that_are_possible(documents: Documents) -> None:
    await documents.insert(order("a", hold=1, live=True))
    writes = [
        compare_and_set({"_id": "a", "version": 0}, {"version": 1}, [ExpirationComplete(order_id="1")]),
        compare_and_set({"_id": "a", "version": 7}, {"version": 8}, [ExpirationComplete(order_id="2")]),
        insert(order("b", hold=2, live=False)),
        insert(order("c", hold=2, live=False)),
        compare_and_set({"_id": "b"}, {"live": True}),
    ]
    assert not await documents.write_all(writes)
    found = {document["_id"]: document for document in await documents.find_all(["a", "b", "c"])}
    assert found == {"a": {**order("a", hold=1, live=True), "version": 1}, "b": order("b", hold=2, live=False)}
    another = insert(order("d", hold=4, live=False))
    assert await documents.write_all([compare_and_set({"_id": "a"}, {"version": 2}), another])


async def test_older_documents_are_replaced(documents: Documents) -> None:
    await documents.replace_older([{"_id": "a", "version": 1, "hold": 1}, {"_id": "b", "version": 1, "hold": 2}])
    await documents.replace_older([{"_id": "a", "version": 0, "hold": 3}, {"_id": "b", "version": 2, "hold": 4}])
    found = {document["_id"]: (document["version"], document["hold"]) for document in await documents.find_all("ab")}
    assert found == {"a": (1, 1), "b": (2, 4)}
