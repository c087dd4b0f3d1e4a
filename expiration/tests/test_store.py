"""Due times on the real MongoDB."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ticketing_common.events import Envelope, ExpirationComplete
from ticketing_common.mongo import Database, new_id
from ticketing_common.observability import spans, tracing
from ticketing_common.observability.spans import ORDER_ID, Kind
from ticketing_expiration.domain import Expiry
from ticketing_expiration.store import BATCH, COLLECTION, MongoExpiryStore
from ticketing_test_support.spans import RecordedSpans, links_of, parent_of

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


async def _fill(database: Database, count: int, *, due_at: datetime = NOW, **fields: Any) -> None:
    """Pending orders, or what `fields` makes of them."""
    waiting = {"due_at": due_at, "fired": False, "trace": tracing.begin(), "outbox": []}
    await database.collection(COLLECTION).insert_many([{"_id": new_id(), **waiting, **fields} for _ in range(count)])


async def test_thousands_of_orders_fire_in_one_update(store: MongoExpiryStore, database: Database) -> None:
    await _fill(database, 3_000)
    await _profile(database, level=2)
    firing = await store.fire(due_until=NOW, now=NOW + timedelta(seconds=1))
    await _profile(database, level=0)
    assert firing.count == 3_000
    assert firing.lateness == [1.0] * 3_000
    assert await database.collection("system.profile").count_documents({"op": "update"}) == 1


async def test_more_than_one_batch_fires(store: MongoExpiryStore, database: Database) -> None:
    await _fill(database, BATCH)
    await _fill(database, 1, due_at=NOW + timedelta(milliseconds=1))
    assert (await store.fire(due_until=NOW + timedelta(seconds=1), now=NOW)).count == BATCH + 1
    assert await store.count_pending() == 0


async def test_fired_order_has_its_event_in_the_outbox(store: MongoExpiryStore) -> None:
    placed_in, order_id = tracing.begin(), new_id()
    await store.add(Expiry(order_id, NOW))
    tracing.begin()
    await store.fire(due_until=NOW, now=NOW)
    (waiting,) = await store.documents.pending(before=NOW + timedelta(seconds=1), limit=10)
    event = ExpirationComplete(order_id=order_id)
    assert waiting.document_id == order_id
    assert waiting.envelopes == [Envelope.from_event(event, occurred_at=NOW, traceparent=placed_in)]


async def test_each_fired_order_has_a_span_in_its_own_trace(
    store: MongoExpiryStore, recorded_spans: RecordedSpans
) -> None:
    placed_in = {f"00-{number:032x}-{1:016x}-01" for number in (1, 2, 3)}
    await store.add_all({Expiry(new_id(), NOW): trace for trace in placed_in})
    with spans.enter("fire expirations", Kind.INTERNAL) as job:
        await store.fire(due_until=NOW, now=NOW)
    fired = [span for span in recorded_spans.all() if span.name == "fire expiration"]
    assert {parent_of(span) for span in fired} == placed_in
    assert all(links_of(span) == [job.traceparent] for span in fired)


async def test_order_fired_by_another_process_has_no_span_of_this_one(
    database: Database, recorded_spans: RecordedSpans
) -> None:
    ids = [new_id() for _ in range(3)]

    class SlowStore(MongoExpiryStore):
        async def _due(self, until: datetime) -> list[Any]:
            due = await super()._due(until)
            fired = {"fired": True, "fired_at": NOW - timedelta(seconds=1)}
            await database.collection(COLLECTION).update_one({"_id": ids[0]}, {"$set": fired})
            return due

    store = SlowStore(database)
    for number, order_id in enumerate(ids):
        await store.add(Expiry(order_id, NOW + timedelta(milliseconds=number)))
    assert (await store.fire(due_until=NOW + timedelta(seconds=1), now=NOW)).count == 2
    fired = [span for span in recorded_spans.all() if span.name == "fire expiration"]
    assert {(span.attributes or {})[ORDER_ID] for span in fired} == {*ids[1:]}


async def test_order_stored_by_a_newer_release_fires(store: MongoExpiryStore, database: Database) -> None:
    await _fill(database, 1, channel={"name": "box office"})
    assert (await store.fire(due_until=NOW, now=NOW)).count == 1
    stored = await database.collection(COLLECTION).find_one({})
    assert stored is not None
    assert stored["channel"] == {"name": "box office"}


async def test_order_does_not_fire_before_its_due_time(store: MongoExpiryStore) -> None:
    await store.add(Expiry("later", NOW + timedelta(seconds=1)))
    assert (await store.fire(due_until=NOW, now=NOW)).count == 0
    assert await store.count_pending() == 1


async def test_concurrent_firings_share_the_orders(store: MongoExpiryStore, database: Database) -> None:
    await _fill(database, 500)
    firings = await asyncio.gather(*(store.fire(due_until=NOW, now=NOW) for _ in range(4)))
    assert sum(firing.count for firing in firings) == 500
    assert sum(len(firing.lateness) for firing in firings) == 500


async def test_repeated_order_changes_nothing(store: MongoExpiryStore, database: Database) -> None:
    expiry = Expiry("an order", NOW)
    assert await store.add(expiry)
    assert not await store.add(Expiry("an order", NOW + timedelta(hours=1)))
    await store.fire(due_until=NOW, now=NOW)
    fired = await database.collection(COLLECTION).find_one({"_id": "an order"})
    assert not await store.add(expiry)
    assert not await store.add(expiry, fired_at=NOW + timedelta(hours=1))
    assert await database.collection(COLLECTION).find_one({"_id": "an order"}) == fired


async def test_order_stored_as_fired_does_not_fire_again(store: MongoExpiryStore) -> None:
    await store.add(Expiry("late", NOW), fired_at=NOW)
    (waiting,) = await store.documents.pending(before=datetime.now(UTC) + timedelta(seconds=1), limit=10)
    assert [envelope.id for envelope in waiting.envelopes] == ["expiration.complete:late"]
    assert (await store.fire(due_until=NOW, now=NOW)).count == 0


@pytest.mark.parametrize("query", [{"fired": False, "due_at": {"$lte": NOW}}, {"fired": False}])
async def test_pending_orders_are_read_from_the_index(
    store: MongoExpiryStore, database: Database, query: dict[str, Any]
) -> None:
    await _fill(database, 2_000, fired=True, fired_at=NOW)
    await store.add(Expiry("the one", NOW))
    plan = await database.collection(COLLECTION).find(query, {"_id": 0, "due_at": 1}).sort("due_at").explain()
    assert plan["queryPlanner"]["winningPlan"]["inputStage"]["indexName"] == "waiting"
    assert plan["executionStats"]["totalKeysExamined"] <= 2
    assert plan["executionStats"]["totalDocsExamined"] == 0


async def test_purge_keeps_unpublished_events(store: MongoExpiryStore, database: Database) -> None:
    long_ago = NOW - timedelta(days=8)
    await _fill(database, 3, fired=True, fired_at=long_ago)
    await _fill(database, 1, fired=True, fired_at=NOW)
    await store.add(Expiry("unpublished", long_ago), fired_at=long_ago)
    await store.add(Expiry("still waiting", long_ago))
    assert await store.purge(fired_before=NOW - timedelta(days=7), limit=10) == 3
    assert await database.collection(COLLECTION).count_documents({}) == 3


async def test_purge_reads_only_what_it_deletes(store: MongoExpiryStore, database: Database) -> None:
    await _fill(database, 50, fired=True, fired_at=NOW - timedelta(days=8))
    await _fill(database, 2_000, fired=True, fired_at=NOW)
    await _profile(database, level=2)
    assert await store.purge(fired_before=NOW - timedelta(days=7), limit=20) == 20
    await _profile(database, level=0)
    reads = await database.collection("system.profile").find({"planSummary": {"$exists": True}}).to_list(10)
    assert [(read["op"], read["docsExamined"]) for read in reads] == [("query", 20), ("remove", 20)]
    assert [read["planSummary"] for read in reads] == ["IXSCAN { fired_at: 1 }", "IXSCAN { _id: 1 }"]


async def _profile(database: Database, *, level: int) -> None:
    await database.collection(COLLECTION).database.command("profile", level)


async def test_orders_known_before_keep_their_due_time(store: MongoExpiryStore) -> None:
    known, new = new_id(), new_id()
    await store.add(Expiry(known, NOW))
    trace = tracing.begin()
    await store.add_all({Expiry(known, NOW + timedelta(days=1)): trace, Expiry(new, NOW): trace})
    assert (await store.fire(due_until=NOW, now=NOW)).count == 2
    await store.add_all({Expiry(known, NOW): trace, Expiry(new, NOW): trace})
    assert (await store.fire(due_until=NOW, now=NOW)).count == 0
    pending = await store.documents.pending(before=NOW + timedelta(days=1), limit=10)
    assert {item.document_id: item.envelopes[0].traceparent for item in pending}[new] == trace
