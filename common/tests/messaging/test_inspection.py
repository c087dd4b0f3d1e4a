"""Reading the stream affects no consumer."""

import asyncio
from datetime import timedelta

import pytest
from nats.js.api import AckPolicy, ConsumerConfig

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import Broker, backlogs, connect_readonly, read_events
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_test_support.listeners import publish_expirations


async def test_events_are_read_in_order_from_any_sequence(broker: Broker) -> None:
    await publish_expirations(broker, "a")
    await publish_expirations(broker, "b")
    events = [(event.sequence, event.id) async for event in read_events(broker.jetstream)]
    assert events == [(1, "expiration.complete:a"), (2, "expiration.complete:b")]
    assert [event.sequence async for event in read_events(broker.jetstream, after=1)] == [2]
    assert await backlogs(broker.jetstream) == []


async def test_empty_stream_is_not_waited_for(broker: Broker) -> None:
    assert [event async for event in read_events(broker.jetstream)] == []


async def test_only_durable_consumers_have_a_backlog(broker: Broker) -> None:
    config = ConsumerConfig(name="of-one-process", ack_policy=AckPolicy.NONE, inactive_threshold=30)
    await broker.jetstream.add_consumer(EVENTS_STREAM, config)
    await broker.jetstream.add_consumer(EVENTS_STREAM, ConsumerConfig(durable_name="shared"))
    await publish_expirations(broker, "a")
    assert [(backlog.durable, backlog.messages) for backlog in await backlogs(broker.jetstream)] == [("shared", 1)]


async def test_events_are_read_by_subject_and_time(broker: Broker) -> None:
    await publish_expirations(broker, "a")
    await broker.jetstream.publish("order.created", b"{}")
    await publish_expirations(broker, "b")
    stored = [event async for event in read_events(broker.jetstream, subjects=["expiration.>"])]
    assert [event.sequence for event in stored] == [1, 3]
    since = stored[-1].at - timedelta(microseconds=5)  # the server has nanoseconds
    assert [event.sequence async for event in read_events(broker.jetstream, since=since)] == [3]


async def test_connection_to_a_server_that_says_nothing_is_closed() -> None:
    closed = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the end
        closed.set()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(Unavailable):
            async with connect_readonly(f"nats://127.0.0.1:{port}"):
                pass
        async with asyncio.timeout(10):
            await closed.wait()
