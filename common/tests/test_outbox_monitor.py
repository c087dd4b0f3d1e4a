"""The outbox metrics are true while the broker is away, refuses, or hangs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from ticketing_common.events import Envelope, TicketUpdated
from ticketing_common.messaging import Broker, Publisher, StreamLimits
from ticketing_common.messaging.streams import ensure_streams
from ticketing_common.mongo import OUTBOX_INDEX, Database, Documents
from ticketing_common.mongo.driver import Driver
from ticketing_common.outbox import Relay
from ticketing_common.outbox_monitor import OutboxMonitor
from ticketing_common.web.background import run_tasks
from ticketing_test_support.mongo import database_at
from ticketing_test_support.recorder import RecordingPublisher
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually

SOON = 0.05
WAITING = 5_000


@pytest.fixture
async def database(mongo_uri: str) -> AsyncIterator[Database]:
    """A database with 5,000 documents that have an event of five minutes ago each, and as many without one."""
    database = database_at(mongo_uri, default_name="test", indexes={"items": [OUTBOX_INDEX]})
    async with run_tasks([database]):
        await eventually(lambda: database.ready)
        at = datetime.now(UTC) - timedelta(minutes=5)
        await database.collection("items").insert_many([waiting(number, at) for number in range(WAITING)])
        await database.collection("items").insert_many([{"_id": f"no {n}", "outbox": []} for n in range(WAITING)])
        yield database


@pytest.fixture
def items(database: Database) -> Documents:
    """The documents."""
    return Documents(database.collection("items"))


def waiting(number: int, at: datetime) -> dict[str, object]:
    event = TicketUpdated(id=str(number), version=0, title="Front row", price=1250, user_id="u")
    return {
        "_id": str(number),
        "outbox": [Envelope.from_event(event, occurred_at=at, traceparent="").to_document()],
    }


def pending() -> float | None:
    return REGISTRY.get_sample_value("outbox_pending_events")


def age() -> float:
    return REGISTRY.get_sample_value("outbox_oldest_event_age_seconds") or 0


async def test_backlog_is_shown_while_the_broker_is_away(items: Documents, own_nats: Server) -> None:
    own_nats.kill()
    broker = Broker(own_nats.url, client_name="test")
    async with run_tasks([broker, Relay([items], Publisher(broker)), OutboxMonitor([items])]):
        await eventually(lambda: pending() == WAITING)
        assert age() >= 300
        own_nats.start()
        await eventually(lambda: pending() == 0, within=60)
        assert age() == 0


async def test_backlog_is_shown_while_the_stream_is_full(items: Documents, broker: Broker) -> None:
    await ensure_streams(broker.jetstream, StreamLimits(max_bytes=6_000))
    async with run_tasks([Relay([items], Publisher(broker), sweep_every=SOON), OutboxMonitor([items], interval=SOON)]):
        await eventually(lambda: broker.status() == "degraded", what="the stream being full")
        await eventually(lambda: WAITING - 100 < (pending() or 0) < WAITING)
        assert age() >= 300


class HangingPublisher(RecordingPublisher):
    """Never finishes."""

    async def publish(self, envelopes: Sequence[Envelope]) -> set[str]:
        await asyncio.Event().wait()
        return set()


async def test_backlog_is_shown_while_publishing_hangs(items: Documents) -> None:
    async with run_tasks([Relay([items], HangingPublisher()), OutboxMonitor([items], interval=SOON)]):
        await eventually(lambda: pending() == WAITING)
        await items.insert({"_id": "new"}, [TicketUpdated(id="new", version=0, title="Seat", price=1250, user_id="u")])
        await eventually(lambda: pending() == WAITING + 1)


async def test_backlog_is_counted_by_the_index(items: Documents, database: Database) -> None:
    await database.collection("items").database.command("profile", 2)
    await items.backlog()
    [read] = await database.collection("system.profile").find({"command.aggregate": "items"}).to_list(2)
    assert read["planSummary"] == "IXSCAN { outbox.0.at: 1 }"
    assert read["docsExamined"] == WAITING


@pytest.mark.parametrize("driver", ["motor", "pymongo"])
async def test_documents_are_counted_before_their_index_exists(mongo_uri: str, driver: Driver) -> None:
    database = Database(mongo_uri, default_name="test", indexes={}, mongo_driver=driver)
    try:
        await database.collection("restored").insert_one(waiting(1, datetime.now(UTC)))
        restored = Documents(database.collection("restored"))
        assert (await restored.backlog()).events == 1
        assert await restored.count({"fired": False}, index="waiting") == 0
        assert await restored.count({}, index="all", limit=1) == 1
    finally:
        await database.close()
