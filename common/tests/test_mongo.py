"""State and events in one write; errors distinguish an outage from a conflict."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pymongo import IndexModel
from pymongo.errors import BulkWriteError, OperationFailure

from ticketing_common.errors import Unavailable
from ticketing_common.events import TicketUpdated
from ticketing_common.mongo import OUTBOX_INDEX, Database, Documents, DuplicateKey, translated_errors
from ticketing_common.outbox import OutboxSource, PendingEvents
from ticketing_common.web.background import run_tasks
from ticketing_test_support.mongo import database_at
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually

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


async def test_mistake_in_a_query_is_not_an_outage(items: Documents) -> None:
    with pytest.raises(OperationFailure):
        await items.find_one({"$nonsense": 1})
