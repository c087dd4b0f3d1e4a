"""Whatever dies in between, an event that was written is published, and published once."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from ticketing_common.events import Envelope, TicketUpdated
from ticketing_common.messaging import Broker, Publisher, StreamLimits
from ticketing_common.messaging.streams import EVENTS_STREAM, ensure_streams
from ticketing_common.mongo import OUTBOX_INDEX, Database, Documents
from ticketing_common.outbox import PendingEvents, Relay
from ticketing_common.web.background import run_tasks
from ticketing_test_support.recorder import RecordingPublisher
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually

SOON = 0.05
LATER = timedelta(hours=1)


def updated(version: int, ticket_id: str = "a") -> TicketUpdated:
    return TicketUpdated(id=ticket_id, version=version, title="Front row", price=1250, user_id="u")


def database_at(uri: str) -> Database:
    return Database(uri, default_name="test", indexes={"things": [OUTBOX_INDEX]})


@pytest.fixture
async def database(mongo_uri: str) -> AsyncIterator[Database]:
    """A database with its indexes."""
    database = database_at(mongo_uri)
    async with run_tasks([database]):
        await eventually(lambda: database.ready)
        yield database


@pytest.fixture
def things(database: Database) -> Documents:
    """An empty collection."""
    return Documents(database.collection("things"))


async def waiting(things: Documents) -> list[str]:
    found = await things.pending(before=datetime.now(UTC) + LATER, limit=1_000)
    return [envelope.id for item in found for envelope in item.envelopes]


async def said(broker: Broker) -> list[str]:
    """The ids of all events in the stream."""
    last = (await broker.jetstream.stream_info(EVENTS_STREAM)).state.last_seq
    messages = [await broker.jetstream.get_msg(EVENTS_STREAM, sequence) for sequence in range(1, last + 1)]
    return [(message.headers or {})["Nats-Msg-Id"] for message in messages]


async def drained(things: Documents) -> None:
    async def is_empty() -> bool:
        return await waiting(things) == []

    await eventually(is_empty, what="the outbox being empty")


async def test_the_event_of_a_write_is_published_once_and_taken_out(things: Documents, broker: Broker) -> None:
    relay = Relay([things], Publisher(broker), sweep_every=SOON)
    things.notify_with(relay.notify)
    async with run_tasks([relay]):
        await things.insert({"_id": "a"}, [updated(0)])
        await things.compare_and_set({"_id": "a"}, {"x": 1}, [updated(1), updated(2)])
        await drained(things)
    assert sorted(await said(broker)) == [f"ticket.updated:a:{version}" for version in range(3)]
    message = await broker.jetstream.get_msg(EVENTS_STREAM, 1)
    assert json.loads(message.data or b"")["userId"] == "u"


async def test_the_relay_is_woken_by_a_write_and_does_not_wait_for_its_sweep(things: Documents) -> None:
    publisher = RecordingPublisher()
    relay = Relay([things], publisher, sweep_every=3_600)
    things.notify_with(relay.notify)
    async with run_tasks([relay]):
        await things.insert({"_id": "a"}, [updated(0)])
        await eventually(lambda: len(publisher.envelopes) == 1)
        await drained(things)


async def test_what_another_process_wrote_is_picked_up_by_the_sweep(things: Documents, broker: Broker) -> None:
    await things.insert({"_id": "a"}, [updated(0)])  # told to nobody
    async with run_tasks([Relay([things], Publisher(broker), sweep_every=SOON)]):
        await drained(things)
    assert await said(broker) == ["ticket.updated:a:0"]


async def test_a_sweep_can_be_asked_for_at_once(things: Documents) -> None:
    publisher = RecordingPublisher()
    relay = Relay([things], publisher, sweep_every=3_600)
    async with run_tasks([relay]):
        await asyncio.sleep(0.05)  # its first sweep is over
        await things.insert({"_id": "a"}, [updated(0)])
        relay.sweep_now()
        await drained(things)
    assert [envelope.id for envelope in publisher.envelopes] == ["ticket.updated:a:0"]


async def test_a_crash_between_publishing_and_taking_out_publishes_the_same_id_again(
    things: Documents, broker: Broker
) -> None:
    await things.insert({"_id": "a"}, [updated(0)])
    [item] = await things.pending(before=datetime.now(UTC) + LATER, limit=1)
    assert await Publisher(broker).publish(item.envelopes) == {"ticket.updated:a:0"}  # and here it crashed
    async with run_tasks([Relay([things], Publisher(broker), sweep_every=SOON)]):
        await drained(things)
    assert await said(broker) == ["ticket.updated:a:0"]


async def test_while_the_broker_is_away_an_event_waits_in_its_document(things: Documents, own_nats: Server) -> None:
    broker = Broker(own_nats.url, client_name="test")
    relay = Relay([things], Publisher(broker, ack_within=1.0), sweep_every=SOON)
    things.notify_with(relay.notify)
    async with run_tasks([broker, relay]):
        await broker.wait_ready()
        own_nats.kill()
        await eventually(lambda: not broker.connected)
        await things.insert({"_id": "a"}, [updated(0)])
        assert await waiting(things) == ["ticket.updated:a:0"]
        own_nats.start()
        await drained(things)
        assert await said(broker) == ["ticket.updated:a:0"]


async def test_an_event_that_is_not_acknowledged_stays_and_holds_up_no_other(things: Documents) -> None:
    publisher = RecordingPublisher()
    publisher.refuse = {"ticket.updated:a:0"}
    relay = Relay([things], publisher, sweep_every=SOON)
    things.notify_with(relay.notify)
    async with run_tasks([relay]):
        await things.insert({"_id": "a"}, [updated(0)])
        await things.insert({"_id": "b"}, [updated(0, "b")])
        await eventually(lambda: [e.id for e in publisher.envelopes].count("ticket.updated:a:0") >= 3)
        assert await waiting(things) == ["ticket.updated:a:0"]
        publisher.refuse = set()
        await drained(things)


async def test_a_full_stream_refuses_and_nothing_is_lost(things: Documents, broker: Broker) -> None:
    await ensure_streams(broker.jetstream, StreamLimits(max_bytes=6_000))
    ids = {f"ticket.updated:{number}:0" for number in range(60)}
    async with run_tasks([Relay([things], Publisher(broker), sweep_every=SOON)]):
        for number in range(60):
            await things.insert({"_id": str(number)}, [updated(0, str(number))])

        async def is_full() -> bool:
            return 0 < len(await waiting(things)) < 60

        await eventually(is_full)
        kept = await waiting(things)
        assert set(kept) | set(await said(broker)) == ids
        await ensure_streams(broker.jetstream, StreamLimits(max_bytes=2**20))
        await drained(things)
    assert sorted(await said(broker)) == sorted(ids)


async def test_the_relay_outlives_its_database(own_mongod: Server) -> None:
    database, publisher = database_at(f"{own_mongod.url}/test"), RecordingPublisher()
    things = Documents(database.collection("things"))
    async with run_tasks([database, Relay([things], publisher, sweep_every=SOON)]):
        await eventually(lambda: database.ready)
        own_mongod.kill()
        await eventually(lambda: _is_away(database))
        own_mongod.start()
        await eventually(database.ping)
        await things.insert({"_id": "a"}, [updated(0)])
        await drained(things)
    assert publisher.envelopes[0].id == "ticket.updated:a:0"


async def _is_away(database: Database) -> bool:
    return not await database.ping()


async def test_a_sweep_reads_only_documents_with_something_to_say(things: Documents, database: Database) -> None:
    collection = database.collection("things")
    await collection.insert_many([{"_id": str(number), "outbox": []} for number in range(500)])
    await things.insert({"_id": "a"}, [updated(0)])
    query = {"outbox.0": {"$exists": True}, "outbox.0.at": {"$lt": datetime.now(UTC) + LATER}}
    plan = await collection.find(query, {"outbox": 1}).sort("outbox.0.at", 1).explain()
    assert "outbox_waiting" in json.dumps(plan["queryPlanner"]["winningPlan"])
    assert plan["executionStats"]["totalDocsExamined"] == 1
    assert await waiting(things) == ["ticket.updated:a:0"]


async def test_closing_publishes_what_is_at_hand(things: Documents) -> None:
    publisher = RecordingPublisher()
    relay = Relay([things], publisher)
    things.notify_with(relay.notify)
    await things.insert({"_id": "a"}, [updated(0)])
    await relay.close()
    assert [envelope.id for envelope in publisher.envelopes] == ["ticket.updated:a:0"]
    assert await waiting(things) == []


class InterruptedPublisher(RecordingPublisher):
    """Its first batch hangs until whoever waits for it is stopped."""

    async def publish(self, envelopes: Sequence[Envelope]) -> set[str]:
        if not self.envelopes:
            self.envelopes.extend(envelopes)
            await asyncio.Event().wait()
        return await super().publish(envelopes)


async def test_a_batch_that_stopping_interrupts_is_published_by_close(things: Documents) -> None:
    publisher = InterruptedPublisher()
    relay = Relay([things], publisher)
    things.notify_with(relay.notify)
    async with run_tasks([relay]):
        await things.insert({"_id": "a"}, [updated(0)])
        await eventually(lambda: bool(publisher.envelopes))
    assert await waiting(things) == []


async def test_a_burst_of_writes_is_published_whole(things: Documents) -> None:
    publisher = RecordingPublisher()
    relay = Relay([things], publisher, sweep_every=3_600)
    for number in range(600):
        envelope = Envelope.from_event(updated(number), occurred_at=datetime.now(UTC), traceparent="")
        relay.notify(things, PendingEvents("a", [envelope]))
    async with run_tasks([relay]):
        await eventually(lambda: len(publisher.envelopes) == 600)


@pytest.mark.parametrize("ticks", range(4))
async def test_a_relay_that_is_stopped_just_after_a_write_stops(ticks: int) -> None:
    relay = Relay([], RecordingPublisher())
    task = asyncio.create_task(relay.run())
    await asyncio.sleep(SOON)
    relay.sweep_now()
    for _ in range(ticks):
        await asyncio.sleep(0)
    task.cancel()
    await eventually(task.done, within=2, what="the relay's end")
