"""What is parked waits for a person, who looks at it, replays it once the listener is mended, or drops it."""

import pytest

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import Broker, DeadLetter, DeadLetters, NotReplayable, backlogs, connect_readonly
from ticketing_test_support.listeners import QUICK, RecordingListener, listening, say
from ticketing_test_support.waiting import eventually


async def choke(_order_id: str, _time: int) -> None:
    raise ValueError("not in the mood")


async def parked(broker: Broker) -> list[DeadLetter]:
    return [letter async for letter in DeadLetters(broker.jetstream).all()]


async def park(broker: Broker, *order_ids: str) -> list[DeadLetter]:
    """The messages, parked by a listener that is broken."""

    async def are_there() -> bool:
        return len(await parked(broker)) == len(order_ids)

    async with listening(broker, RecordingListener(choke), retry=QUICK):
        await say(broker, *order_ids)
        await eventually(are_there, what="the parked messages")
    return await parked(broker)


async def test_a_parked_message_tells_all_that_a_person_needs(broker: Broker) -> None:
    (letter,) = await park(broker, "a")
    assert (letter.sequence, letter.durable, letter.subject) == (1, "test-listener", "expiration.complete")
    assert (letter.event_id, letter.deliveries) == ("expiration.complete:a", 10)
    assert (letter.reason, letter.payload) == ("ValueError: not in the mood", b'{"orderId":"a"}')
    assert await DeadLetters(broker.jetstream).find(1) == letter


async def test_a_replayed_message_is_handled_by_the_mended_listener_and_is_parked_no_more(broker: Broker) -> None:
    (letter,) = await park(broker, "a")
    mended = RecordingListener()
    async with listening(broker, mended):
        await DeadLetters(broker.jetstream).replay(letter)
        await eventually(lambda: mended.done == ["a"], what="the replayed message")
    assert await parked(broker) == []


async def test_a_replay_that_fails_again_is_parked_again(broker: Broker) -> None:
    (letter,) = await park(broker, "a")
    await DeadLetters(broker.jetstream).replay(letter)

    async def is_back() -> bool:
        return [found.sequence for found in await parked(broker)] == [2]

    async with listening(broker, RecordingListener(choke), retry=QUICK):
        await eventually(is_back, what="the message parked anew")


async def test_a_replay_that_is_repeated_is_said_once(broker: Broker) -> None:
    (letter,) = await park(broker, "a")
    await DeadLetters(broker.jetstream).replay(letter)
    await DeadLetters(broker.jetstream).replay(letter)
    (waiting,) = await backlogs(broker.jetstream)
    assert (waiting.durable, waiting.messages) == ("test-listener", 1)


async def test_a_dropped_message_is_gone_and_the_others_stay(broker: Broker) -> None:
    letters = await park(broker, "a", "b", "c")
    await DeadLetters(broker.jetstream).drop(letters[1])
    await DeadLetters(broker.jetstream).drop(letters[1])
    assert await parked(broker) == [letters[0], letters[2]]
    assert await DeadLetters(broker.jetstream).find(letters[1].sequence) is None


async def test_a_message_without_an_origin_is_not_replayed(broker: Broker) -> None:
    await broker.jetstream.publish("dead.by-hand", b"{}")
    (letter,) = await parked(broker)
    with pytest.raises(NotReplayable):
        await DeadLetters(broker.jetstream).replay(letter)
    assert await parked(broker) == [letter]


async def test_a_broker_without_streams_has_nothing_to_tell(nats_url: str) -> None:
    async with connect_readonly(nats_url) as jetstream:
        assert [letter async for letter in DeadLetters(jetstream).all()] == []
        assert await backlogs(jetstream) == []


async def test_a_broker_out_of_reach_is_told_instead_of_waited_for() -> None:
    with pytest.raises(Unavailable, match="did not do what it was asked"):
        async with connect_readonly("nats://127.0.0.1:1"):
            pytest.fail("there is no broker")
