"""What is reported as published is stored, once."""

import json

from ticketing_common.messaging import Broker, Publisher, StreamLimits
from ticketing_common.messaging.streams import EVENTS_STREAM, ensure_streams
from ticketing_test_support.listeners import envelope, say


async def test_an_event_said_twice_is_stored_once_and_acknowledged_twice(broker: Broker) -> None:
    assert await say(broker, "a") == {"a"}
    assert await say(broker, "a") == {"a"}
    assert (await broker.jetstream.stream_info(EVENTS_STREAM)).state.messages == 1


async def test_a_message_carries_its_event_and_where_it_comes_from(broker: Broker) -> None:
    sealed = envelope("a")
    await Publisher(broker).publish([sealed])
    message = await broker.jetstream.get_msg(EVENTS_STREAM, 1)
    assert (message.subject, json.loads(message.data or b"")) == ("expiration.complete", {"orderId": "a"})
    assert message.headers == {
        "Nats-Msg-Id": "expiration.complete:a",
        "Event-Type": "ExpirationComplete",
        "Occurred-At": sealed.occurred_at.isoformat(),
        "traceparent": sealed.traceparent,
        "Nats-Expected-Stream": EVENTS_STREAM,
    }


async def test_only_what_was_stored_is_acknowledged(broker: Broker) -> None:
    await ensure_streams(broker.jetstream, StreamLimits(max_bytes=4_000))
    ids = [f"{number:024x}" for number in range(50)]
    stored = await say(broker, *ids)
    assert (await broker.jetstream.stream_info(EVENTS_STREAM)).state.messages == len(stored)
    assert 0 < len(stored) < 50


async def test_nothing_to_publish_is_no_error(broker: Broker) -> None:
    assert await Publisher(broker).publish([]) == set()
