"""State and events in one write; errors distinguish an outage from a conflict."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from pymongo import AsyncMongoClient, IndexModel
from pymongo.errors import BulkWriteError, OperationFailure, WriteError

from ticketing_common.errors import Unavailable
from ticketing_common.events import TicketUpdated
from ticketing_common.mongo import (
    OUTBOX_INDEX,
    Database,
    Documents,
    DuplicateKey,
    compare_and_set,
    insert,
    translated_errors,
)
from ticketing_common.observability.dependencies import MONGODB
from ticketing_common.outbox import OutboxSource, PendingEvents
from ticketing_common.web.background import run_tasks
from ticketing_test_support.mongo import database_at
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually

LATER = datetime(9999, 1, 1, tzinfo=UTC)
INDEXES = {"items": [OUTBOX_INDEX, IndexModel("label", name="label_unique", unique=True, sparse=True)]}


def new_database(uri: str) -> Database:
    return database_at(uri, default_name="test", indexes=INDEXES)


@pytest.fixture
async def items(mongo_uri: str) -> AsyncIterator[Documents]:
    """An empty collection with its indexes."""
    database = new_database(mongo_uri)
    async with run_tasks([database]):
        await eventually(lambda: database.ready)
        yield Documents(database.collection("items"))


def updated(version: int) -> TicketUpdated:
    return TicketUpdated(id="a", version=version, title="Front row", price=1250, user_id="u")


async def test_inserted_document_is_found_without_its_outbox(items: Documents) -> None:
    await items.insert({"_id": "a", "version": 0}, [updated(0)])
    assert await items.find("a") == {"_id": "a", "version": 0}
    assert await items.find_many({}, sort=[("_id", 1)], limit=5) == [{"_id": "a", "version": 0}]
    assert await items.find("b") is None


async def test_compare_and_set_changes_only_a_matching_document(items: Documents) -> None:
    await items.insert({"_id": "a", "version": 0})
    notified: list[PendingEvents] = []
    items.notify_with(lambda _source, pending: notified.append(pending))
    assert await items.compare_and_set({"_id": "a", "version": 0}, {"version": 1})
    assert not await items.compare_and_set({"_id": "a", "version": 0}, {"version": 9}, [updated(9)])
    assert await items.find("a") == {"_id": "a", "version": 1}
    assert notified == []


async def test_one_of_twenty_concurrent_writers_wins(items: Documents) -> None:
    await items.insert({"_id": "a", "version": 0})
    won = await asyncio.gather(
        *(items.compare_and_set({"_id": "a", "version": 0}, {"version": 1, "by": n}, [updated(1)]) for n in range(20))
    )
    found = await items.find("a")
    assert won.count(True) == 1
    assert found is not None
    assert found["by"] == won.index(True)


async def test_write_notifies_the_relay_of_its_events(items: Documents) -> None:
    notified: list[tuple[OutboxSource, list[str]]] = []
    items.notify_with(lambda source, pending: notified.append((source, [item.id for item in pending.envelopes])))
    await items.insert({"_id": "a"}, [updated(0)])
    await items.compare_and_set({"_id": "a"}, {"x": 1}, [updated(1), updated(2)])
    await items.compare_and_set({"_id": "a"}, {"x": 2})
    assert notified == [(items, ["ticket.updated:a:0"]), (items, ["ticket.updated:a:1", "ticket.updated:a:2"])]


async def test_duplicate_key_names_the_index(items: Documents) -> None:
    await items.insert({"_id": "a", "label": "index: x dup key: y"})
    with pytest.raises(DuplicateKey) as by_insert:
        await items.insert({"_id": "b", "label": "index: x dup key: y"})
    await items.insert({"_id": "c"})
    with pytest.raises(DuplicateKey) as by_update:
        await items.compare_and_set({"_id": "c"}, {"label": "index: x dup key: y"})
    with pytest.raises(DuplicateKey) as by_id:
        await items.insert({"_id": "a"})
    assert [caught.value.index for caught in (by_insert, by_update, by_id)] == ["label_unique", "label_unique", "_id_"]


async def test_outage_is_one_warning_and_one_line_when_it_is_over(
    own_mongod: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async def is_reachable() -> bool:
        with contextlib.suppress(Unavailable):
            await documents.find("a")
        return not MONGODB.away

    caplog.set_level(logging.INFO)
    database = new_database(f"{own_mongod.url}/test?serverSelectionTimeoutMS=100")
    documents = Documents(database.collection("items"))
    async with run_tasks([database]):
        await eventually(lambda: database.ready, within=20)
        await eventually(is_reachable, within=20, what="the end of what other tests have done")
        caplog.clear()
        own_mongod.kill()
        await asyncio.gather(*(eventually(lambda: MONGODB.away, within=20), *(is_reachable() for _ in range(20))))
        own_mongod.start()
        await eventually(is_reachable, within=20, what="its end being noticed")
    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [(line["level"], line["event"], line.get("dependency")) for line in lines] == [
        ("warning", "dependency.unavailable", "mongodb"),
        ("info", "dependency.recovered", "mongodb"),
    ]


async def test_killed_database_is_unavailable_until_its_restart(own_mongod: Server) -> None:
    database = new_database(f"{own_mongod.url}/test")
    async with run_tasks([database]):
        await eventually(lambda: database.ready)
        items = Documents(database.collection("items"))
        await items.insert({"_id": "a"}, [updated(0)])
        own_mongod.kill()
        with pytest.raises(Unavailable):
            await items.insert({"_id": "b"})
        assert not await database.ping()
        own_mongod.start()
        await eventually(database.ping)
        assert await items.find("a") == {"_id": "a"}


async def test_indexes_are_created_once_the_database_is_up(late_mongod: Server) -> None:
    database = new_database(f"{late_mongod.url}/test")
    async with run_tasks([database]):
        with pytest.raises(Unavailable, match="starting"):
            database.require_ready()
        late_mongod.start()
        await eventually(lambda: database.ready, within=20)
        database.require_ready()
        assert set(await database.collection("items").index_information()) == {
            "_id_",
            "outbox_waiting",
            "label_unique",
        }


REFUSED = {"NotWritablePrimary": 10107, "OutOfDiskSpace": 14031, "UserWritesBlocked": 371}


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("bulk", [False, True], ids=["single", "bulk"])
async def test_database_that_refuses_writes_is_unavailable(code: int, bulk: bool) -> None:
    error = BulkWriteError({"writeErrors": [{"code": code}]}) if bulk else OperationFailure("refused", code)
    with pytest.raises(Unavailable, match="does not accept writes"):
        async with translated_errors():
            raise error


async def test_database_that_does_not_know_the_user_yet_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        async with translated_errors():
            raise OperationFailure("Authentication failed.", 18)


@pytest.mark.parametrize("code", [64, 91, 189, 11600])
async def test_unconfirmed_bulk_write_is_unavailable(code: int) -> None:
    with pytest.raises(Unavailable):
        async with translated_errors():
            raise BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": code}]})


async def test_mistake_in_a_query_is_not_an_outage(items: Documents) -> None:
    with pytest.raises(OperationFailure):
        await items.find_one({"$nonsense": 1})


async def test_writes_of_one_request_store_and_notify_like_single_ones(items: Documents) -> None:
    await items.insert({"_id": "a", "version": 0})
    notified = notifications(items)
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    writes = [
        compare_and_set({"_id": "a", "version": 0}, {"version": 1}, [updated(1)], trace=trace),
        insert({"_id": "b", "version": 0}, [updated(0)]),
        insert({"_id": "c", "version": 0}),
    ]
    assert await items.write_all(writes)
    assert {item["_id"]: item["version"] for item in await items.find_all("abcd")} == {"a": 1, "b": 0, "c": 0}
    assert notified == {"a": ["ticket.updated:a:1"], "b": ["ticket.updated:a:0"]}
    (pending,) = [item for item in await items.pending(before=LATER, limit=5) if item.document_id == "a"]
    assert pending.envelopes[0].traceparent == trace


async def test_lost_races_leave_the_other_writes_and_notify_of_what_is_stored(items: Documents) -> None:
    await items.insert({"_id": "a", "version": 0})
    await items.insert({"_id": "b", "version": 7})
    await items.insert({"_id": "c", "version": 0})
    notified = notifications(items)
    writes = [
        compare_and_set({"_id": "a", "version": 0}, {"version": 1}, [updated(1)]),
        compare_and_set({"_id": "b", "version": 0}, {"version": 1}, [updated(2)]),
        insert({"_id": "c", "version": 9}, [updated(3)]),
        insert({"_id": "d", "version": 0}, [updated(4)]),
    ]
    assert not await items.write_all(writes)
    assert {item["_id"]: item["version"] for item in await items.find_all("abcd")} == {"a": 1, "b": 7, "c": 0, "d": 0}
    assert notified == {"a": ["ticket.updated:a:1"], "d": ["ticket.updated:a:4"]}


async def test_no_writes_need_no_request(items: Documents) -> None:
    assert await items.write_all([])


async def test_other_errors_of_a_request_are_raised(items: Documents, mongo_uri: str) -> None:
    await items.insert({"_id": "a", "version": "text"})
    with pytest.raises(BulkWriteError):
        await items.write_all([compare_and_set({"_id": "a"}, {"version.x": 1})])


async def test_only_newer_documents_replace_stored_ones(items: Documents) -> None:
    await items.replace_older([{"_id": "a", "version": 2}, {"_id": "b", "version": 2}])
    await items.replace_older([{"_id": "a", "version": 1}, {"_id": "b", "version": 3}, {"_id": "c", "version": 0}])
    await items.replace_older([{"_id": "c", "version": version} for version in (2, 4, 1, 4)])
    assert {item["_id"]: item["version"] for item in await items.find_all("abc")} == {"a": 2, "b": 3, "c": 4}


async def test_newest_of_many_concurrent_requests_remains(items: Documents) -> None:
    requests = [[{"_id": str(item), "version": version} for item in range(20)] for version in range(20)]
    await asyncio.gather(*(items.replace_older(request) for request in requests))
    found = await items.find_all(str(item) for item in range(20))
    assert [item["version"] for item in found] == [19] * 20


async def test_document_that_cannot_be_stored_does_not_affect_concurrent_ones(items: Documents, mongo_uri: str) -> None:
    client = AsyncMongoClient(mongo_uri)  # type: ignore[var-annotated]
    await client.get_default_database().command("collMod", "items", validator={"label": {"$ne": "invalid"}})
    await client.close()
    labels = ["a", "invalid", "b"]
    outcomes = await asyncio.gather(
        *(items.insert({"_id": label, "label": label}) for label in labels), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), WriteError, type(None)]


def notifications(items: Documents) -> dict[str, list[str]]:
    """The ids of the events with which the relay is notified from now on, by document."""
    notified: dict[str, list[str]] = {}

    def notify(_source: OutboxSource, pending: PendingEvents) -> None:
        notified[pending.document_id] = [envelope.id for envelope in pending.envelopes]

    items.notify_with(notify)
    return notified


async def test_concurrent_inserts_are_refused_one_by_one(items: Documents) -> None:
    documents = [{"_id": str(number), "label": str(number // 2)} for number in range(6)]
    outcomes = await asyncio.gather(*(items.insert(document) for document in documents), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), DuplicateKey] * 3
    found = await asyncio.gather(*(items.find(document["_id"]) for document in documents))
    assert [document and document["label"] for document in found] == ["0", None, "1", None, "2", None]
