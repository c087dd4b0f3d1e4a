"""A message that cannot be handled is kept in DEAD with its reason, until an operator replays or drops it."""

import json
from enum import StrEnum

import pytest
from prometheus_client import REGISTRY

from ticketing_common.errors import Unavailable
from ticketing_common.events import EVENTS, Event, OrderCreated, Subject
from ticketing_common.messaging import (
    Broker,
    Consumer,
    DeadLetter,
    DeadLetters,
    Listener,
    NotReplayable,
    RetryPolicy,
    StreamLimits,
    backlogs,
    connect_readonly,
)
from ticketing_common.messaging.streams import ensure_streams
from ticketing_common.stream_names import DEAD_STREAM, EVENTS_STREAM
from ticketing_common.web.background import run_tasks
from ticketing_test_support.listeners import (
    QUICK,
    RecordingListener,
    all_acknowledged,
    consuming,
    dead_letters,
    publish_expirations,
)
from ticketing_test_support.waiting import eventually


async def fail(_order_id: str, _delivery: int) -> None:
    raise ValueError("card 4242 4242 4242 4242\nis not welcome")


async def wait_for_dead_letters(broker: Broker, count: int = 1) -> list[DeadLetter]:
    """All dead letters, once there are `count`."""

    async def are_there() -> bool:
        return len(await dead_letters(broker)) == count

    await eventually(are_there, what=f"{count} dead letters")
    return await dead_letters(broker)


async def dead_lettered(broker: Broker, *order_ids: str) -> list[DeadLetter]:
    """The dead letters of a listener that fails on these orders."""
    async with consuming(broker, RecordingListener(fail), retry=QUICK):
        await publish_expirations(broker, *order_ids)
        return await wait_for_dead_letters(broker, len(order_ids))


async def test_message_is_dead_lettered_after_ten_deliveries(broker: Broker) -> None:
    listener = RecordingListener(fail)
    async with consuming(broker, listener):
        await publish_expirations(broker, "a")
        await wait_for_dead_letters(broker)
        await eventually(lambda: all_acknowledged(broker))
    assert listener.received == ["a"] * 10


async def test_dead_letter_has_reason_and_origin(broker: Broker) -> None:
    (letter,) = await dead_lettered(broker, "a")
    assert (letter.sequence, letter.durable, letter.subject) == (1, "test-listener", "expiration.complete")
    assert (letter.event_id, letter.deliveries) == ("expiration.complete:a", 10)
    assert (letter.reason, letter.payload) == ("ValueError: card [redacted] is not welcome", b'{"orderId":"a"}')
    assert letter.headers["Event-Type"] == "ExpirationComplete"
    assert await DeadLetters(broker.jetstream).find(1) == letter


async def test_headers_keep_their_stored_names(broker: Broker) -> None:
    await dead_lettered(broker, "a")
    names = set((await broker.jetstream.get_msg(DEAD_STREAM, 1)).headers or {})
    own = {f"Dead-{name}" for name in ("At", "Deliveries", "Durable", "Event-Id", "Reason", "Sequence", "Subject")}
    assert names >= own | {"Event-Type", "Occurred-At", "traceparent"}


async def test_invalid_message_is_dead_lettered_at_once(broker: Broker) -> None:
    listener = RecordingListener()
    async with consuming(broker, listener):
        await broker.jetstream.publish("expiration.complete", b'{"orderId": 5')
        (letter,) = await wait_for_dead_letters(broker)
        await eventually(lambda: all_acknowledged(broker))
    assert letter.deliveries == 1
    assert "not a readable ExpirationComplete" in letter.reason
    assert listener.received == []


class NewerStatus(StrEnum):
    """Includes a value of the next release."""

    CREATED = "created"
    ARCHIVED = "archived"


class NewerOrderCreated(OrderCreated):
    """The event as the next release reads it."""

    status: NewerStatus  # type: ignore[assignment]


class OrderListener(Listener[OrderCreated]):
    """Records the orders it receives, as `event`."""

    durable = "test-orders"

    def __init__(self, event: type[Event]) -> None:
        self.event = event  # type: ignore[misc]
        self.received: list[str] = []

    async def handle(self, event: OrderCreated) -> None:
        self.received.append(event.id)


async def test_unknown_enum_value_waits_for_the_newer_release(broker: Broker) -> None:
    older, newer = OrderListener(EVENTS[Subject.ORDER_CREATED]), OrderListener(NewerOrderCreated)
    order = {"id": "o1", "version": 0, "hold": 1, "status": "archived", "userId": "u1"}
    order |= {"expiresAt": "2026-01-01T00:00:00Z", "ticket": {"id": "t1", "title": "Front row", "price": 1250}}
    await broker.jetstream.publish("order.created", json.dumps(order).encode())

    async def delivered_often() -> bool:
        infos = await broker.jetstream.consumers_info(EVENTS_STREAM)  # empty before the consumer exists
        return any(info.delivered and info.delivered.consumer_seq > 2 * QUICK.max_deliveries for info in infos)

    async with run_tasks([Consumer(broker, older, retry=QUICK)]):
        await eventually(delivered_often, what="deliveries to the older release")
    assert (older.received, await dead_letters(broker)) == ([], [])
    async with run_tasks([Consumer(broker, newer, retry=QUICK)]):
        await eventually(lambda: newer.received == ["o1"], what="delivery to the newer release")


async def test_message_is_kept_while_dead_refuses_it(broker: Broker) -> None:
    listener = RecordingListener(fail)
    await broker.jetstream.delete_stream(DEAD_STREAM)
    retry = RetryPolicy(first_delay=0.01, longest_delay=0.05, max_deliveries=2)
    async with consuming(broker, listener, retry=retry):
        await publish_expirations(broker, "a")
        await eventually(lambda: len(listener.received) >= 5, what="redeliveries")
        assert broker.status() == "degraded"
        await broker.ensure_streams()
        assert [letter.payload for letter in await wait_for_dead_letters(broker)] == [b'{"orderId":"a"}']
        await eventually(lambda: broker.status() == "up")


async def test_message_is_kept_while_dead_is_full(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    def refusals() -> float:
        labels = {"subject": f"dead.{RecordingListener.durable}"}
        return REGISTRY.get_sample_value("messaging_publish_failures_total", labels) or 0

    await ensure_streams(broker.jetstream, StreamLimits(dead_max_bytes=1_024))
    await broker.jetstream.publish("dead.by-hand", bytes(800))
    retry = RetryPolicy(first_delay=0.01, longest_delay=0.05, max_deliveries=2)
    listener, refused = RecordingListener(fail), refusals()
    async with consuming(broker, listener, retry=retry):
        await publish_expirations(broker, "a")
        await eventually(lambda: refusals() >= refused + 3, what="several attempts")
        assert (broker.status(), caplog.text.count("dead_letters.full")) == ("up", 1)
        (by_hand,) = await dead_letters(broker)
        await DeadLetters(broker.jetstream).drop(by_hand)
        assert [letter.payload for letter in await wait_for_dead_letters(broker)] == [b'{"orderId":"a"}']
    assert await all_acknowledged(broker)


async def test_replayed_message_reaches_the_fixed_listener(broker: Broker) -> None:
    (letter,) = await dead_lettered(broker, "a")
    fixed = RecordingListener()
    async with consuming(broker, fixed):
        await DeadLetters(broker.jetstream).replay(letter)
        await eventually(lambda: fixed.handled == ["a"], what="the replayed message")
    assert await dead_letters(broker) == []


async def test_replay_that_fails_is_dead_lettered_again(broker: Broker) -> None:
    (letter,) = await dead_lettered(broker, "a")
    async with consuming(broker, RecordingListener(fail), retry=QUICK):
        await DeadLetters(broker.jetstream).replay(letter)
        (again,) = await wait_for_dead_letters(broker)
    assert again.sequence == 2


async def test_repeated_replay_is_published_once(broker: Broker) -> None:
    (letter,) = await dead_lettered(broker, "a")
    await DeadLetters(broker.jetstream).replay(letter)
    await DeadLetters(broker.jetstream).replay(letter)
    (backlog,) = await backlogs(broker.jetstream)
    assert (backlog.durable, backlog.messages) == ("test-listener", 1)


async def test_dropping_removes_only_that_message(broker: Broker) -> None:
    letters = await dead_lettered(broker, "a", "b", "c")
    await DeadLetters(broker.jetstream).drop(letters[1])
    await DeadLetters(broker.jetstream).drop(letters[1])
    assert await dead_letters(broker) == [letters[0], letters[2]]
    assert await DeadLetters(broker.jetstream).find(letters[1].sequence) is None


async def test_message_without_origin_is_not_replayed(broker: Broker) -> None:
    await broker.jetstream.publish("dead.by-hand", b"{}")
    (letter,) = await dead_letters(broker)
    with pytest.raises(NotReplayable):
        await DeadLetters(broker.jetstream).replay(letter)
    assert await dead_letters(broker) == [letter]


async def test_broker_without_streams_has_no_dead_letters(nats_url: str) -> None:
    async with connect_readonly(nats_url) as jetstream:
        assert [letter async for letter in DeadLetters(jetstream).all()] == []
        assert await backlogs(jetstream) == []


async def test_unreachable_broker_is_reported() -> None:
    with pytest.raises(Unavailable, match="is unavailable") as raised:
        async with connect_readonly("nats://ops:pa55word@127.0.0.1:1"):
            pytest.fail("there is no broker")
    assert "pa55word" not in str(raised.value)
