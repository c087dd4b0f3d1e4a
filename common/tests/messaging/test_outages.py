"""The broker may start late, die, come back empty or refuse writes: no person is needed."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator

import pytest

from ticketing_common.messaging import Broker, Publisher, StreamLimits
from ticketing_common.messaging.streams import ensure_streams
from ticketing_common.messaging.write_health import WriteHealth
from ticketing_common.web.background import run_tasks
from ticketing_test_support.listeners import RecordingListener, consuming, envelope, publish_expirations
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually


@pytest.fixture
async def fragile(own_nats: Server) -> AsyncIterator[Broker]:
    """A connection to a broker of this test's own."""
    broker = Broker(own_nats.url, client_name="test")
    async with run_tasks([broker]):
        await broker.wait_ready()
        yield broker


async def is_published(broker: Broker, order_id: str) -> bool:
    return order_id in await publish_expirations(broker, order_id)


async def test_killed_broker_loses_nothing(own_nats: Server, fragile: Broker) -> None:
    async def react(_order_id: str, _delivery: int) -> None:
        await asyncio.sleep(0.01)

    listener = RecordingListener(react)
    async with consuming(fragile, listener, concurrency=4, ack_wait=1.0):
        stored = await publish_expirations(fragile, *(str(number) for number in range(50)))
        own_nats.kill()
        await eventually(lambda: not fragile.connected)
        own_nats.start()
        await eventually(lambda: is_published(fragile, "after"), within=20)
        await eventually(lambda: set(listener.handled) >= stored | {"after"}, within=20)
    assert len(stored) == 50


async def test_consumer_continues_on_an_empty_broker(own_nats: Server, fragile: Broker) -> None:
    listener = RecordingListener()
    async with consuming(fragile, listener):
        own_nats.kill()
        shutil.rmtree(own_nats.log.parent / "nats")
        own_nats.start()
        await eventually(lambda: is_published(fragile, "after"), within=20)
        await eventually(lambda: "after" in listener.handled, within=20)


async def test_publisher_restores_the_streams_of_an_empty_broker(own_nats: Server, fragile: Broker) -> None:
    own_nats.kill()
    shutil.rmtree(own_nats.log.parent / "nats")
    own_nats.start()
    await eventually(lambda: is_published(fragile, "after"), within=20)


async def test_publishing_to_a_dead_broker_fails_at_once(own_nats: Server, fragile: Broker) -> None:
    own_nats.kill()
    await eventually(lambda: not fragile.connected)
    async with asyncio.timeout(1):
        assert await publish_expirations(fragile, "a", "b") == set()
    assert (fragile.status(), fragile.available) == ("down", False)


async def test_broker_that_starts_late_is_waited_for(own_nats: Server) -> None:
    own_nats.kill()
    broker = Broker(own_nats.url, client_name="test")
    async with run_tasks([broker]):
        assert broker.status() == "down"
        own_nats.start()
        async with asyncio.timeout(10):
            await broker.wait_ready()
        assert broker.status() == "up"


async def test_broker_that_refuses_writes_is_degraded_for_every_process(broker: Broker, nats_url: str) -> None:
    other = Broker(nats_url, client_name="other")
    async with run_tasks([other]):
        await other.wait_ready()
        await ensure_streams(broker.jetstream, StreamLimits(max_bytes=1))
        assert await Publisher(broker).publish([envelope("a")]) == set()
        assert (broker.status(), broker.available) == ("degraded", False)
        await eventually(lambda: other.status() == "degraded", what="the other process being informed")
        await ensure_streams(broker.jetstream, StreamLimits())
        assert await Publisher(broker).publish([envelope("a")]) == {"expiration.complete:a"}
        assert (broker.status(), broker.available) == ("up", True)


def test_write_failures_are_forgotten_after_their_lifetime() -> None:
    now = 0.0
    health = WriteHealth(lambda: now)
    health.record_report()
    assert not health.writable
    now = 5.0
    assert health.writable
    health.record("TICKETING", stored=False)
    health.record("DEAD", stored=True)
    assert not health.writable
    now = 40.0
    assert health.writable


async def test_connection_attempts_can_be_stopped() -> None:
    attempted = asyncio.Event()

    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        attempted.set()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        url = "nats://127.0.0.1:{1}".format(*server.sockets[0].getsockname())
        async with asyncio.timeout(20), run_tasks([Broker(url, client_name="test")]):
            await attempted.wait()


async def test_lost_connection_is_a_warning(
    own_nats: Server, fragile: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    own_nats.kill()
    await eventually(lambda: "dependency.unavailable" in caplog.text, what="the warning")
    assert not fragile.connected


async def test_outage_leaves_one_warning_and_one_line_when_it_is_over(
    own_nats: Server, fragile: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with consuming(fragile, RecordingListener()):
        own_nats.kill()
        await eventually(lambda: not fragile.connected)
        assert await publish_expirations(fragile, "a", "b") == set()
        await asyncio.sleep(1)
        own_nats.start()
        await eventually(lambda: is_published(fragile, "after"), within=20)
        await eventually(lambda: "dependency.recovered" in caplog.text)
    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [(line["event"], line["dependency"]) for line in lines if line["level"] != "debug"] == [
        ("dependency.unavailable", "nats"),
        ("dependency.recovered", "nats"),
    ]
    assert lines[-1]["seconds"] >= 1


async def test_closing_the_connection_is_no_warning(fragile: Broker, caplog: pytest.LogCaptureFixture) -> None:
    await fragile.close()
    await eventually(lambda: not fragile.connected)
    assert "dependency.unavailable" not in caplog.text
