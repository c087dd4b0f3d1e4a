"""A written event is published, and stored once, despite crashes in between."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from ticketing_common.events import TicketUpdated
from ticketing_common.messaging import Broker, Publisher, StreamLimits
from ticketing_common.messaging.streams import ensure_streams
from ticketing_common.mongo import OUTBOX_INDEX, Database, Documents
from ticketing_common.outbox import OutboxBacklog, Relay
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_common.web.background import run_tasks
from ticketing_test_support.mongo import database_at
from ticketing_test_support.recorder import RecordingPublisher
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually

SOON = 0.05
NEVER = 3_600
LATER = timedelta(hours=1)


def updated(version: int, ticket_id: str = "a") -> TicketUpdated:
    return TicketUpdated(id=ticket_id, version=version, title="Front row", price=1250, user_id="u")


def new_database(uri: str) -> Database:
    return database_at(uri, default_name="test", indexes={"items": [OUTBOX_INDEX]})


@pytest.fixture
async def database(mongo_uri: str) -> AsyncIterator[Database]:
    """A database with its indexes."""
    database = new_database(mongo_uri)
    async with run_tasks([database]):
        await eventually(lambda: database.ready)
        yield database


@pytest.fixture
def items(database: Database) -> Documents:
    """An empty collection."""
    return Documents(database.collection("items"))


async def unpublished(items: Documents) -> list[str]:
    found = await items.pending(before=datetime.now(UTC) + LATER, limit=1_000)
    return [envelope.id for item in found for envelope in item.envelopes]


async def published(broker: Broker) -> list[str]:
    """The ids of all events in the stream."""
    last = (await broker.jetstream.stream_info(EVENTS_STREAM)).state.last_seq
    messages = [await broker.jetstream.get_msg(EVENTS_STREAM, sequence) for sequence in range(1, last + 1)]
    return [(message.headers or {})["Nats-Msg-Id"] for message in messages]


async def drained(items: Documents) -> None:
    async def is_empty() -> bool:
        return await unpublished(items) == []

    await eventually(is_empty, what="the outbox being empty")


async def test_written_events_are_published_at_once_and_removed(items: Documents, broker: Broker) -> None:
    relay = Relay([items], Publisher(broker), sweep_every=NEVER)
    items.notify_with(relay.notify)
    async with run_tasks([relay]):
        await items.insert({"_id": "a"}, [updated(0)])
        await items.compare_and_set({"_id": "a"}, {"x": 1}, [updated(1), updated(2)])
        await drained(items)
    assert sorted(await published(broker)) == [f"ticket.updated:a:{version}" for version in range(3)]
    message = await broker.jetstream.get_msg(EVENTS_STREAM, 1)
    assert json.loads(message.data or b"")["userId"] == "u"


async def test_crash_after_publishing_stores_the_event_once(items: Documents, broker: Broker) -> None:
    await items.insert({"_id": "a"}, [updated(0)])
    [item] = await items.pending(before=datetime.now(UTC) + LATER, limit=1)
    assert await Publisher(broker).publish(item.envelopes) == {"ticket.updated:a:0"}  # and crashes here
    async with run_tasks([Relay([items], Publisher(broker), sweep_every=SOON)]):
        await drained(items)
    assert await published(broker) == ["ticket.updated:a:0"]


async def test_events_wait_while_the_broker_is_down(items: Documents, own_nats: Server) -> None:
    broker = Broker(own_nats.url, client_name="test")
    relay = Relay([items], Publisher(broker, ack_timeout=1.0), sweep_every=SOON)
    items.notify_with(relay.notify)
    async with run_tasks([broker, relay]):
        await broker.wait_ready()
        own_nats.kill()
        await eventually(lambda: not broker.connected)
        await items.insert({"_id": "a"}, [updated(0)])
        assert await unpublished(items) == ["ticket.updated:a:0"]
        own_nats.start()
        await drained(items)
        assert await published(broker) == ["ticket.updated:a:0"]


async def test_full_stream_loses_nothing(items: Documents, broker: Broker) -> None:
    await ensure_streams(broker.jetstream, StreamLimits(max_bytes=6_000))
    ids = {f"ticket.updated:{number}:0" for number in range(60)}
    async with run_tasks([Relay([items], Publisher(broker), sweep_every=SOON)]):
        for number in range(60):
            await items.insert({"_id": str(number)}, [updated(0, str(number))])

        async def is_full() -> bool:
            return 0 < len(await unpublished(items)) < 60

        await eventually(is_full)
        assert set(await unpublished(items)) | set(await published(broker)) == ids
        await ensure_streams(broker.jetstream, StreamLimits(max_bytes=2**20))
        await drained(items)
    assert sorted(await published(broker)) == sorted(ids)


async def test_backlog_counts_every_event_and_finds_the_oldest(items: Documents) -> None:
    assert await items.backlog() == OutboxBacklog(0, None)
    for number in range(300):
        await items.insert({"_id": str(number)}, [updated(0), updated(1)])
    [first] = await items.pending(before=datetime.now(UTC) + LATER, limit=1)
    assert await items.backlog() == OutboxBacklog(600, first.envelopes[0].occurred_at)


async def test_relay_survives_a_database_outage(own_mongod: Server) -> None:
    publisher = RecordingPublisher()
    database = new_database(f"{own_mongod.url}/test")
    items = Documents(database.collection("items"))

    async def is_down() -> bool:
        return not await database.ping()

    async with run_tasks([database, Relay([items], publisher, sweep_every=SOON)]):
        await eventually(lambda: database.ready)
        own_mongod.kill()
        await eventually(is_down)
        own_mongod.start()
        await eventually(database.ping)
        await items.insert({"_id": "a"}, [updated(0)])
        await drained(items)
    assert publisher.envelopes[0].id == "ticket.updated:a:0"


async def test_only_documents_with_events_are_read(items: Documents, database: Database) -> None:
    await database.collection("items").insert_many([{"_id": str(number), "outbox": []} for number in range(500)])
    await items.insert({"_id": "a"}, [updated(0)])
    await database.collection("items").database.command("profile", 2)
    assert await unpublished(items) == ["ticket.updated:a:0"]
    assert await items.backlog() != OutboxBacklog(0, None)
    reads = await database.collection("system.profile").find({"planSummary": {"$exists": True}}).to_list(10)
    assert [(read["planSummary"], read["docsExamined"]) for read in reads] == [("IXSCAN { outbox.0.at: 1 }", 1)] * 2
