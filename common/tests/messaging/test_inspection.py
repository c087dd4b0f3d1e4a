"""Reading the stream affects no consumer."""

from nats.js.api import AckPolicy, ConsumerConfig

from ticketing_common.messaging import Broker, backlogs, read_events
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
