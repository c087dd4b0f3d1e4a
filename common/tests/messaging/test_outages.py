"""The broker may be late, die, come back, or come back empty: everything goes on by itself."""

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest

from ticketing_common.messaging import Broker
from ticketing_common.web.background import run_tasks
from ticketing_test_support.listeners import RecordingListener, listening, say
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually


@pytest.fixture
async def fragile(own_nats: Server) -> AsyncIterator[Broker]:
    """A connection to a broker of this test's own."""
    broker = Broker(own_nats.url, client_name="test")
    async with run_tasks([broker]):
        await broker.wait_ready()
        yield broker


async def is_said(broker: Broker, order_id: str) -> bool:
    return order_id in await say(broker, order_id)


async def test_a_listener_goes_on_after_the_broker_was_killed_and_loses_nothing(
    own_nats: Server, fragile: Broker
) -> None:
    async def work(_order_id: str, _time: int) -> None:
        await asyncio.sleep(0.01)

    listener = RecordingListener(work)
    async with listening(fragile, listener, concurrency=4, ack_wait=1.0):
        stored = await say(fragile, *(str(number) for number in range(50)))
        own_nats.kill()
        await eventually(lambda: not fragile.connected)
        own_nats.start()
        await eventually(lambda: is_said(fragile, "after"), within=20)
        await eventually(lambda: set(listener.done) >= stored | {"after"}, within=20)
    assert len(stored) == 50


async def test_a_listener_goes_on_after_the_broker_came_back_empty(own_nats: Server, fragile: Broker) -> None:
    listener = RecordingListener()
    async with listening(fragile, listener):
        own_nats.kill()
        shutil.rmtree(own_nats.log.parent / "nats")
        own_nats.start()
        await eventually(lambda: is_said(fragile, "after"), within=20)
        await eventually(lambda: "after" in listener.done, within=20)


async def test_a_service_that_only_speaks_restores_the_streams_of_an_empty_broker(
    own_nats: Server, fragile: Broker
) -> None:
    own_nats.kill()
    shutil.rmtree(own_nats.log.parent / "nats")
    own_nats.start()
    await eventually(lambda: is_said(fragile, "after"), within=20)


async def test_while_the_broker_is_away_nothing_is_acknowledged_and_nobody_waits(
    own_nats: Server, fragile: Broker
) -> None:
    own_nats.kill()
    await eventually(lambda: not fragile.connected)
    async with asyncio.timeout(1):
        assert await say(fragile, "a", "b") == set()
    assert fragile.status() == "down"


async def test_a_broker_that_comes_late_is_waited_for(own_nats: Server) -> None:
    own_nats.kill()
    broker = Broker(own_nats.url, client_name="test")
    async with run_tasks([broker]):
        await asyncio.sleep(0)
        assert broker.status() == "down"
        own_nats.start()
        async with asyncio.timeout(10):
            await broker.wait_ready()
        assert broker.status() == "up"


async def test_a_connection_that_never_stood_can_be_closed(own_nats: Server) -> None:
    own_nats.kill()
    async with asyncio.timeout(5), run_tasks([Broker(own_nats.url, client_name="test")]):
        await asyncio.sleep(0.1)  # a try is under way
