"""Return = done, raise = comes back after a growing delay; what becomes of a message is decided in one place."""

import asyncio

import pytest
from nats.js.api import ConsumerInfo

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import Broker, RetryLater, RetryPolicy
from ticketing_common.messaging.streams import DEAD_STREAM, EVENTS_STREAM
from ticketing_test_support.listeners import QUICK, RecordingListener, listening, say
from ticketing_test_support.waiting import eventually


async def parked(broker: Broker) -> int:
    return (await broker.jetstream.stream_info(DEAD_STREAM)).state.messages


async def consumer(broker: Broker) -> ConsumerInfo:
    info: ConsumerInfo = await broker.jetstream.consumer_info(EVENTS_STREAM, RecordingListener.durable)
    return info


async def all_settled(broker: Broker) -> bool:
    info = await consumer(broker)
    return info.num_pending == 0 and info.num_ack_pending == 0


async def test_a_handler_that_returns_has_acknowledged(broker: Broker) -> None:
    listener = RecordingListener()
    async with listening(broker, listener):
        await say(broker, "a", "b")
        await eventually(lambda: len(listener.done) == 2)
        await eventually(lambda: all_settled(broker))
    assert sorted(listener.heard) == ["a", "b"]


async def test_a_failed_message_comes_back_after_a_growing_delay(broker: Broker) -> None:
    async def fail_thrice(_order_id: str, time: int) -> None:
        if time <= 3:
            raise ValueError("not yet")

    listener = RecordingListener(fail_thrice)
    async with listening(broker, listener, retry=RetryPolicy(first_delay=0.05)):
        await say(broker, "a")
        await eventually(lambda: listener.done == ["a"])
    gaps = [after - before for before, after in zip(listener.times, listener.times[1:], strict=False)]
    assert [gap >= least for gap, least in zip(gaps, (0.05, 0.1, 0.2), strict=True)] == [True] * 3


async def test_a_message_whose_time_has_not_come_is_put_off_and_never_parked(broker: Broker) -> None:
    async def wait_long(_order_id: str, time: int) -> None:
        if time <= 15:
            raise RetryLater(0.01)

    listener = RecordingListener(wait_long)
    async with listening(broker, listener):
        await say(broker, "a")
        await eventually(lambda: listener.done == ["a"])
    assert await parked(broker) == 0


@pytest.mark.parametrize("outage", [Unavailable("away"), ConnectionRefusedError("away"), TimeoutError("away")])
async def test_a_dependency_that_is_away_is_waited_for_and_never_parked(broker: Broker, outage: Exception) -> None:
    async def away(_order_id: str, time: int) -> None:
        if time <= 15:
            raise outage

    listener = RecordingListener(away)
    async with listening(broker, listener):
        await say(broker, "a")
        await eventually(lambda: listener.done == ["a"])
    assert await parked(broker) == 0


async def test_a_handler_that_fails_nine_times_and_then_works_parks_nothing(broker: Broker) -> None:
    async def fail_nine_times(_order_id: str, time: int) -> None:
        if time <= 9:
            raise ValueError("not yet")

    listener = RecordingListener(fail_nine_times)
    async with listening(broker, listener):
        await say(broker, "a")
        await eventually(lambda: listener.done == ["a"])
        await eventually(lambda: all_settled(broker))
    assert await parked(broker) == 0


async def test_a_poisonous_message_does_not_block_a_good_one_behind_it(broker: Broker) -> None:
    async def choke(order_id: str, _time: int) -> None:
        if order_id == "poison":
            raise ValueError("cannot be handled")

    listener = RecordingListener(choke)
    async with listening(broker, listener, retry=RetryPolicy(first_delay=30.0), concurrency=1):
        await say(broker, "poison")
        await say(broker, "good")
        await eventually(lambda: listener.done == ["good"])
    assert listener.heard == ["poison", "good"]


async def test_two_replicas_share_the_work_and_handle_each_message_once(broker: Broker) -> None:
    both_are_at_it = asyncio.Event()

    async def work(_order_id: str, _time: int) -> None:
        await both_are_at_it.wait()

    one, two = RecordingListener(work), RecordingListener(work)
    ids = [str(number) for number in range(200)]
    async with listening(broker, one, concurrency=4), listening(broker, two, concurrency=4):
        await say(broker, *ids)
        await eventually(lambda: bool(one.heard and two.heard), what="both replicas at work")
        both_are_at_it.set()
        await eventually(lambda: all_settled(broker))
    assert sorted(one.done + two.done) == sorted(ids)


async def test_a_slow_handler_keeps_its_message(broker: Broker) -> None:
    async def slow(_order_id: str, _time: int) -> None:
        await asyncio.sleep(3)

    listener = RecordingListener(slow)
    async with listening(broker, listener, ack_wait=1.2):  # a busy machine may stand still for most of a second
        await say(broker, "a")
        await eventually(lambda: listener.done == ["a"])
        await eventually(lambda: all_settled(broker))
    assert listener.heard == ["a"]


async def test_a_consumer_that_is_deleted_is_made_again(broker: Broker) -> None:
    listener = RecordingListener()
    async with listening(broker, listener):
        await say(broker, "before")
        await eventually(lambda: listener.done == ["before"])
        await broker.jetstream.delete_consumer(EVENTS_STREAM, RecordingListener.durable)
        await say(broker, "after")
        await eventually(lambda: "after" in listener.done)


async def test_stopping_finishes_what_is_in_hand(broker: Broker) -> None:
    async def slow(_order_id: str, _time: int) -> None:
        await asyncio.sleep(0.3)

    listener = RecordingListener(slow)
    async with listening(broker, listener):
        await say(broker, "a")
        await eventually(lambda: listener.heard == ["a"])
    assert listener.done == ["a"]
    await eventually(lambda: all_settled(broker))


async def test_stopping_hands_what_cannot_be_finished_to_another_replica(broker: Broker) -> None:
    async def hang(_order_id: str, _time: int) -> None:
        await asyncio.Event().wait()

    stuck, other = RecordingListener(hang), RecordingListener()
    async with listening(broker, stuck):
        await say(broker, "a")
        await eventually(lambda: stuck.heard == ["a"])
    async with listening(broker, other):
        await eventually(lambda: other.done == ["a"], within=2, what="the other replica taking over")


async def test_many_replicas_that_come_and_go_under_load_leave_no_message_waiting(broker: Broker) -> None:
    ids = [str(number) for number in range(300)]
    brief = RecordingListener()
    saying = asyncio.create_task(say(broker, *ids))
    for _ in range(5):
        async with listening(broker, brief):
            await eventually(lambda: len(brief.done) >= 10)
    await saying
    async with listening(broker, brief):
        await eventually(lambda: all_settled(broker), within=5, what="every message settled before ack_wait")
    assert set(brief.done) == set(ids)


def test_the_delay_doubles_up_to_its_bound() -> None:
    policy = RetryPolicy(first_delay=0.25, longest_delay=30)
    assert [policy.delay(delivery) for delivery in (1, 2, 3, 8, 5_000)] == [0.25, 0.5, 1.0, 30, 30]
    assert QUICK.delay(100) == 0.02
