"""A message that cannot be handled is parked with its reason and origin: never dropped, never in the way."""

from nats.js.api import RawStreamMsg

from ticketing_common.messaging import Broker, RetryPolicy
from ticketing_common.messaging.streams import DEAD_STREAM, EVENTS_STREAM
from ticketing_test_support.listeners import RecordingListener, listening, say
from ticketing_test_support.waiting import eventually


async def choke(_order_id: str, _time: int) -> None:
    raise ValueError("card 4242 4242 4242 4242\nis not welcome")


async def dead_letter(broker: Broker) -> RawStreamMsg:
    """The first parked message, once it is there."""

    async def is_there() -> bool:
        return (await broker.jetstream.stream_info(DEAD_STREAM)).state.messages > 0

    await eventually(is_there, what="a parked message")
    return await broker.jetstream.get_msg(DEAD_STREAM, 1)


async def nothing_waits(broker: Broker) -> bool:
    info = await broker.jetstream.consumer_info(EVENTS_STREAM, RecordingListener.durable)
    return bool(info.num_ack_pending == 0 and info.num_pending == 0)


async def test_a_failure_of_our_own_is_parked_at_the_tenth_delivery(broker: Broker) -> None:
    listener = RecordingListener(choke)
    async with listening(broker, listener):
        await say(broker, "a")
        await dead_letter(broker)
        await eventually(lambda: nothing_waits(broker))
    assert listener.heard == ["a"] * 10


async def test_a_parked_message_tells_its_reason_and_origin(broker: Broker) -> None:
    async with listening(broker, RecordingListener(choke), retry=RetryPolicy(first_delay=0.01, max_deliveries=2)):
        await say(broker, "a")
        letter = await dead_letter(broker)
    headers = letter.headers or {}
    assert letter.subject == "dead.test-listener"
    assert letter.data == b'{"orderId":"a"}'
    assert headers["Dead-Reason"] == "ValueError: card [redacted] is not welcome"
    assert (headers["Dead-Subject"], headers["Dead-Sequence"]) == ("expiration.complete", "1")
    assert (headers["Dead-Event-Id"], headers["Dead-Deliveries"]) == ("expiration.complete:a", "2")
    assert headers["Event-Type"] == "ExpirationComplete"
    assert headers["traceparent"].startswith("00-aaaa")


async def test_an_unreadable_message_is_parked_at_once(broker: Broker) -> None:
    listener = RecordingListener()
    async with listening(broker, listener):
        await broker.jetstream.publish("expiration.complete", b'{"orderId": 5')
        letter = await dead_letter(broker)
        await eventually(lambda: nothing_waits(broker))
    assert (letter.headers or {})["Dead-Deliveries"] == "1"
    assert "not a readable ExpirationComplete" in (letter.headers or {})["Dead-Reason"]
    assert listener.heard == []


async def test_what_cannot_be_parked_comes_back_until_it_can(broker: Broker) -> None:
    listener = RecordingListener(choke)
    await broker.jetstream.delete_stream(DEAD_STREAM)
    retry = RetryPolicy(first_delay=0.01, longest_delay=0.05, max_deliveries=2)
    async with listening(broker, listener, retry=retry):
        await say(broker, "a")
        await eventually(lambda: len(listener.heard) >= 5, what="the message coming back")
        await broker.ensure_streams()
        assert (await dead_letter(broker)).data == b'{"orderId":"a"}'
