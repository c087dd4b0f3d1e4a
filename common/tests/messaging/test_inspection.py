"""Reading the stream without taking anything from it."""

from ticketing_common.messaging import Broker, backlogs, read_events
from ticketing_test_support.listeners import say


async def test_what_was_said_is_read_in_order_and_from_any_place(broker: Broker) -> None:
    await say(broker, "a")
    await say(broker, "b")
    read = [event async for event in read_events(broker.jetstream)]
    assert [(event.sequence, event.id) for event in read] == [
        (1, "expiration.complete:a"),
        (2, "expiration.complete:b"),
    ]
    assert [event.sequence async for event in read_events(broker.jetstream, after=1)] == [2]


async def test_nothing_of_an_empty_stream_is_waited_for(broker: Broker) -> None:
    assert [event async for event in read_events(broker.jetstream)] == []


async def test_reading_leaves_no_consumer_behind(broker: Broker) -> None:
    await say(broker, "a")
    assert len([event async for event in read_events(broker.jetstream)]) == 1
    assert await backlogs(broker.jetstream) == []
