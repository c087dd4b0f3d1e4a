"""One document, one write: compare and set, with errors that tell an outage from a refusal."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pymongo import IndexModel

from ticketing_common.errors import Unavailable
from ticketing_common.events import TicketUpdated
from ticketing_common.mongo import OUTBOX_INDEX, Database, Documents, DuplicateKey
from ticketing_common.outbox import OutboxSource, PendingEvents
from ticketing_common.web.background import run_tasks
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually

INDEXES = {"things": [OUTBOX_INDEX, IndexModel("label", name="label_unique", unique=True, sparse=True)]}


def database_at(uri: str) -> Database:
    return Database(uri, default_name="test", indexes=INDEXES)


@pytest.fixture
async def things(mongo_uri: str) -> AsyncIterator[Documents]:
    """An empty collection with its indexes."""
    database = database_at(mongo_uri)
    async with run_tasks([database]):
        await eventually(lambda: database.ready)
        yield Documents(database.collection("things"))


def updated(version: int) -> TicketUpdated:
    return TicketUpdated(id="a", version=version, title="Front row", price=1250, user_id="u")


async def test_what_was_inserted_is_found_without_its_outbox(things: Documents) -> None:
    await things.insert({"_id": "a", "version": 0}, [updated(0)])
    assert await things.find("a") == {"_id": "a", "version": 0}
    assert await things.find_many({}, sort=[("_id", 1)], limit=5) == [{"_id": "a", "version": 0}]
    assert await things.find("b") is None


async def test_compare_and_set_changes_what_still_matches(things: Documents) -> None:
    await things.insert({"_id": "a", "version": 0})
    assert await things.compare_and_set({"_id": "a", "version": 0}, {"version": 1})
    assert await things.find("a") == {"_id": "a", "version": 1}


async def test_compare_and_set_is_refused_when_the_document_has_moved_on(things: Documents) -> None:
    await things.insert({"_id": "a", "version": 1})
    told: list[PendingEvents] = []
    things.notify_with(lambda _source, waiting: told.append(waiting))
    assert not await things.compare_and_set({"_id": "a", "version": 0}, {"version": 9}, [updated(9)])
    assert await things.find("a") == {"_id": "a", "version": 1}
    assert told == []


async def test_of_twenty_writers_of_one_version_exactly_one_wins(things: Documents) -> None:
    await things.insert({"_id": "a", "version": 0})
    won = await asyncio.gather(
        *(things.compare_and_set({"_id": "a", "version": 0}, {"version": 1, "by": n}, [updated(1)]) for n in range(20))
    )
    found = await things.find("a")
    assert won.count(True) == 1
    assert found is not None
    assert found["by"] == won.index(True)


async def test_a_write_tells_the_relay_of_its_events(things: Documents) -> None:
    told: list[tuple[OutboxSource, list[str]]] = []
    things.notify_with(lambda source, waiting: told.append((source, [item.id for item in waiting.envelopes])))
    await things.insert({"_id": "a"}, [updated(0)])
    await things.compare_and_set({"_id": "a"}, {"x": 1}, [updated(1), updated(2)])
    await things.compare_and_set({"_id": "a"}, {"x": 2})
    assert told == [(things, ["ticket.updated:a:0"]), (things, ["ticket.updated:a:1", "ticket.updated:a:2"])]


async def test_a_refusal_by_a_unique_index_names_it(things: Documents) -> None:
    await things.insert({"_id": "a", "label": "index: x dup key: y"})
    with pytest.raises(DuplicateKey) as by_insert:
        await things.insert({"_id": "b", "label": "index: x dup key: y"})
    await things.insert({"_id": "c"})
    with pytest.raises(DuplicateKey) as by_update:
        await things.compare_and_set({"_id": "c"}, {"label": "index: x dup key: y"})
    with pytest.raises(DuplicateKey) as by_id:
        await things.insert({"_id": "a"})
    assert [caught.value.index for caught in (by_insert, by_update, by_id)] == ["label_unique", "label_unique", "_id_"]


async def test_a_database_that_is_killed_is_unavailable_and_works_again_after_its_restart(own_mongod: Server) -> None:
    database = database_at(f"{own_mongod.url}/test")
    async with run_tasks([database]):
        await eventually(lambda: database.ready)
        things = Documents(database.collection("things"))
        await things.insert({"_id": "a"}, [updated(0)])
        own_mongod.kill()
        with pytest.raises(Unavailable):
            await things.insert({"_id": "b"})
        assert not await database.ping()
        own_mongod.start()
        await eventually(database.ping)
        assert await things.find("a") == {"_id": "a"}


async def test_indexes_are_made_as_soon_as_the_database_comes(late_mongod: Server) -> None:
    database = database_at(f"{late_mongod.url}/test")
    async with run_tasks([database]):
        with pytest.raises(Unavailable, match="starting"):
            database.require_ready()
        late_mongod.start()
        await eventually(lambda: database.ready, within=20)
        database.require_ready()
        assert set(await database.collection("things").index_information()) == {
            "_id_",
            "outbox_waiting",
            "label_unique",
        }
