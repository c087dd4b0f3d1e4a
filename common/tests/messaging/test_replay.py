"""Each process reads by itself what was published before it started, and then what is published."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from nats.js.api import ConsumerConfig

from ticketing_common.events import Envelope, SessionRevoked
from ticketing_common.messaging import Broker, Publisher, ReplayConsumer
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_common.web.background import run_tasks
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually


async def publish(broker: Broker, *session_ids: str) -> bool:
    """Whether all are stored."""
    now = datetime.now(UTC)
    events = [SessionRevoked(user_id="u1", session_id=each, expires_at=now) for each in session_ids]
    envelopes = [Envelope.from_event(event, occurred_at=now, traceparent="") for event in events]
    return len(await Publisher(broker).publish(envelopes)) == len(session_ids)


@asynccontextmanager
async def replayed(broker: Broker, *, since: datetime | None = None) -> AsyncIterator[list[str | None]]:
    """The sessions of the events that have arrived, once the replay is complete."""
    arrived: list[str | None] = []
    start = since or datetime.now(UTC) - timedelta(hours=1)
    consumer = ReplayConsumer(
        broker, SessionRevoked, lambda event: arrived.append(event.session_id), since=lambda: start
    )
    async with run_tasks([consumer]), asyncio.timeout(60):
        await consumer.wait_replayed()
        yield arrived


@pytest.fixture
async def fragile(own_nats: Server) -> AsyncIterator[Broker]:
    """A connection to a broker of this test's own."""
    broker = Broker(own_nats.url, client_name="test")
    async with run_tasks([broker]):
        await broker.wait_ready()
        yield broker


async def test_each_process_gets_past_and_future_events(broker: Broker) -> None:
    await publish(broker, "1", "2")
    async with replayed(broker) as first, replayed(broker) as second:
        assert first == second == ["1", "2"]
        await publish(broker, "3")
        await eventually(lambda: first == second == ["1", "2", "3"], what="the new event")


async def test_replay_of_many_events_is_complete(broker: Broker) -> None:
    numbers = [str(number) for number in range(3_000)]
    for start in range(0, len(numbers), 250):
        assert await publish(broker, *numbers[start : start + 250])
    async with replayed(broker) as arrived:
        assert arrived == numbers


async def test_older_events_are_not_replayed(broker: Broker) -> None:
    await publish(broker, "old")
    async with replayed(broker, since=datetime.now(UTC) + timedelta(milliseconds=1)) as arrived:
        await eventually(lambda: publish(broker, "new"))
        await eventually(lambda: "new" in arrived)
    assert "old" not in arrived


async def test_invalid_event_is_skipped(broker: Broker) -> None:
    await broker.jetstream.publish("session.revoked", b"{}")
    await publish(broker, "1")
    async with replayed(broker) as arrived:
        assert arrived == ["1"]


async def test_killed_broker_is_followed_again(own_nats: Server, fragile: Broker) -> None:
    async with replayed(fragile) as arrived:
        own_nats.kill()
        await eventually(lambda: not fragile.connected)
        own_nats.start()
        await eventually(lambda: publish(fragile, "after"), within=20)
        await eventually(lambda: "after" in arrived, within=20)


async def test_broker_without_its_data_is_followed_again(own_nats: Server, fragile: Broker) -> None:
    await publish(fragile, *map(str, range(20)))
    async with replayed(fragile) as arrived:
        own_nats.kill()
        shutil.rmtree(own_nats.log.parent / "nats")
        own_nats.start()
        await eventually(lambda: publish(fragile, "after"), within=20)
        await eventually(lambda: "after" in arrived, within=20)


async def test_deleted_consumer_is_created_again(broker: Broker) -> None:
    async with replayed(broker) as arrived:
        for info in await broker.jetstream.consumers_info(EVENTS_STREAM):
            await broker.jetstream.delete_consumer(EVENTS_STREAM, info.name)
        await publish(broker, "after")
        await eventually(lambda: "after" in arrived, within=20)


class LosingBroker:
    """A fake that loses the second of three events, an hour apart; `starts` are where its consumers begin to read."""

    connected = is_connected = True

    def __init__(self) -> None:
        self.client = self.jetstream = self
        self.starts: list[datetime | None] = []

    async def wait_ready(self) -> None:
        pass

    async def ensure_streams(self) -> None:
        pass

    def new_inbox(self) -> str:
        return "inbox"

    async def subscribe(self, _subject: str, *, cb: Callable[[Any], Awaitable[None]]) -> Any:
        self._deliver = cb
        return self

    async def unsubscribe(self) -> None:
        pass

    async def add_consumer(self, _stream: str, config: ConsumerConfig) -> Any:
        self.starts.append(config.opt_start_time)
        for number in (1, 3):
            await self._deliver(message(number))
        return SimpleNamespace(num_pending=0)


LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def message(number: int) -> Any:
    """The last of three has nothing after it."""
    at = LONG_AGO + timedelta(hours=number)
    event = SessionRevoked(user_id="u1", session_id=str(number), expires_at=at)
    metadata = SimpleNamespace(sequence=SimpleNamespace(consumer=number), timestamp=at, num_pending=3 - number)
    return SimpleNamespace(headers={}, data=event.model_dump_json(by_alias=True).encode(), metadata=metadata)


async def test_lost_event_is_read_again_however_old() -> None:
    broker: Any = LosingBroker()
    consumer = ReplayConsumer(broker, SessionRevoked, lambda _event: None, since=lambda: LONG_AGO)
    async with run_tasks([consumer]):
        await eventually(lambda: len(broker.starts) == 2)
        assert not consumer._replayed.is_set()
    assert broker.starts[1] < LONG_AGO + timedelta(hours=2)
