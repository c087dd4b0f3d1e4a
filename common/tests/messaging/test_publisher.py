"""What is reported as published is stored, once."""

import json

from ticketing_common.messaging import Broker, Publisher, StreamLimits
from ticketing_common.messaging.streams import EVENTS_STREAM, ensure_streams
from ticketing_test_support.listeners import envelope, publish_expirations


async def test_event_published_twice_is_stored_once(broker: Broker) -> None:
    assert await publish_expirations(broker, "a") == {"a"}
    assert await publish_expirations(broker, "a") == {"a"}
    assert (await broker.jetstream.stream_info(EVENTS_STREAM)).state.messages == 1


async def test_message_carries_event_and_origin(broker: Broker) -> None:
    sent = envelope("a")
    await Publisher(broker).publish([sent])
    message = await broker.jetstream.get_msg(EVENTS_STREAM, 1)
    assert (message.subject, json.loads(message.data or b"")) == ("expiration.complete", {"orderId": "a"})
    assert message.headers == {
        "Nats-Msg-Id": "expiration.complete:a",
        "Event-Type": "ExpirationComplete",
        "Occurred-At": sent.occurred_at.isoformat(),
        "traceparent": sent.traceparent,
        "Nats-Expected-Stream": EVENTS_STREAM,
    }


async def test_only_stored_events_are_acknowledged(broker: Broker) -> None:
    await ensure_streams(broker.jetstream, StreamLimits(max_bytes=4_000))
    stored = await publish_expirations(broker, *(f"{number:024x}" for number in range(50)))
    assert (await broker.jetstream.stream_info(EVENTS_STREAM)).state.messages == len(stored)
    assert 0 < len(stored) < 50
