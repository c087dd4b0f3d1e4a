"""What is reported as published is stored, once."""

import json
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY, Counter

from ticketing_common.messaging import Broker, Publisher, StreamLimits
from ticketing_common.messaging.streams import ensure_streams
from ticketing_common.observability.metrics import MESSAGES_SENT, PUBLISH_FAILURES
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_test_support.listeners import envelope, publish_expirations
from ticketing_test_support.waiting import eventually


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


async def test_batch_is_stored_whole_and_in_order(broker: Broker) -> None:
    ids = [f"{number:024x}" for number in range(200)]
    assert await publish_expirations(broker, *ids) == set(ids)
    assert await stored_ids(broker) == [f"expiration.complete:{order_id}" for order_id in ids]
    assert "Nats-Batch-Commit" in ((await broker.jetstream.get_msg(EVENTS_STREAM, 200)).headers or {})


async def test_batch_with_events_stored_before_stores_the_others(broker: Broker) -> None:
    ids = [f"{number:024x}" for number in range(50)]
    await publish_expirations(broker, *ids[10:30])
    assert await publish_expirations(broker, *ids) == set(ids)
    assert sorted(await stored_ids(broker)) == [f"expiration.complete:{order_id}" for order_id in ids]


async def test_stream_without_atomic_batches_stores_each_event_once(broker: Broker) -> None:
    """As another release left it, or on an older server."""
    config = (await broker.jetstream.stream_info(EVENTS_STREAM)).config
    await broker.jetstream.update_stream(replace(config, allow_atomic=False))
    ids = [f"{number:024x}" for number in range(50)]
    assert await publish_expirations(broker, *ids) == set(ids)
    assert len(await stored_ids(broker)) == 50
    await ensure_streams(broker.jetstream, StreamLimits())
    assert (await broker.jetstream.stream_info(EVENTS_STREAM)).config.allow_atomic


async def stored_ids(broker: Broker) -> list[str]:
    """The ids of all events in the stream, oldest first."""
    last = (await broker.jetstream.stream_info(EVENTS_STREAM)).state.last_seq
    messages = [await broker.jetstream.get_msg(EVENTS_STREAM, sequence) for sequence in range(1, last + 1)]
    return [(message.headers or {})["Nats-Msg-Id"] for message in messages]


@pytest.mark.parametrize("count", [1, 20], ids=["one event", "a batch"])
async def test_subject_removed_by_an_older_release_is_restored(broker: Broker, count: int) -> None:
    config = (await broker.jetstream.stream_info(EVENTS_STREAM)).config
    await broker.jetstream.update_stream(config, subjects=["ticket.>"])
    order_ids = [str(number) for number in range(count)]

    async def is_published() -> bool:
        return await publish_expirations(broker, *order_ids) == {*order_ids}

    assert not await is_published()
    await eventually(is_published, what="the subject being restored")


@pytest.mark.parametrize(
    ("counter", "name"),
    [
        (MESSAGES_SENT, "messaging_client_sent_messages_total"),
        (PUBLISH_FAILURES, "messaging_publish_failures_total"),
    ],
)
def test_counters_of_own_subjects_begin_at_0(counter: Counter, name: str) -> None:
    counter.clear()  # other tests of this process publish too
    Publisher(Broker("nats://127.0.0.1:9", client_name="test"), aggregate="payment")
    assert REGISTRY.get_sample_value(name, {"subject": "payment.refunded"}) == 0
