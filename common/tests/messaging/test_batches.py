"""Events are handled together where a listener can, and retried and dead-lettered one by one."""

import asyncio
from collections.abc import Collection, Sequence

import pytest
from prometheus_client import REGISTRY

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import Broker, RetryPolicy
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_test_support.listeners import (
    RecordingBatchListener,
    RecordingListener,
    all_acknowledged,
    consuming,
    dead_letters,
    envelope,
    publish_expirations,
)
from ticketing_test_support.waiting import eventually

LABELS = {"subject": RecordingListener.event.subject.value, "consumer": RecordingListener.durable}
IDS = [str(number) for number in range(100)]


async def fail(_order_ids: Sequence[str]) -> Collection[str]:
    raise ValueError("cannot be handled together")


def count(outcome: str) -> float:
    labels = {**LABELS, "outcome": outcome}
    return REGISTRY.get_sample_value("messaging_client_consumed_messages_total", labels) or 0


def seen_in_batches() -> float:
    return REGISTRY.get_sample_value("messaging_process_duration_seconds_count", LABELS) or 0


async def test_backlog_is_handled_in_few_batches(broker: Broker) -> None:
    listener = RecordingBatchListener()
    handled, timed = count("handled"), seen_in_batches()
    await publish_expirations(broker, *IDS)
    async with consuming(broker, listener):
        await eventually(lambda: sorted(listener.handled) == sorted(IDS))
        await eventually(lambda: all_acknowledged(broker))
    assert len(listener.batches) + len(listener.received) < len(IDS) / 2
    assert (count("handled") - handled, seen_in_batches() - timed) == (len(IDS), len(IDS))


async def test_each_event_of_a_batch_continues_its_own_trace(broker: Broker) -> None:
    listener = RecordingBatchListener()
    await publish_expirations(broker, *IDS)
    async with consuming(broker, listener):
        await eventually(lambda: len(listener.handled) == len(IDS))
    traces = listener.traces
    assert len(set(traces)) == len(traces) > 0
    assert {trace[:36] for trace in traces} == {envelope("a").traceparent[:36]}


async def test_poison_in_a_batch_is_dead_lettered_alone(broker: Broker) -> None:
    async def refuse_poison(order_id: str, _delivery: int) -> None:
        if order_id == "7":
            raise ValueError("cannot be handled")

    async def fail_with_poison(order_ids: Sequence[str]) -> Collection[str]:
        return await fail(order_ids) if "7" in order_ids else ()

    listener = RecordingBatchListener(fail_with_poison, refuse_poison)
    await publish_expirations(broker, *IDS)
    async with consuming(broker, listener):
        await eventually(lambda: all_acknowledged(broker), what="every message acknowledged or dead-lettered")
    [letter] = await dead_letters(broker)
    assert (letter.event_id, letter.deliveries) == ("expiration.complete:7", 10)
    assert sorted(listener.handled) == sorted(set(IDS) - {"7"})


async def test_unreadable_message_in_a_batch_is_dead_lettered_alone(broker: Broker) -> None:
    listener = RecordingBatchListener()
    await publish_expirations(broker, *IDS[:50])
    await broker.jetstream.publish("expiration.complete", b"{}", headers={"Nats-Msg-Id": "unreadable"})
    await publish_expirations(broker, *IDS[50:])
    async with consuming(broker, listener):
        await eventually(lambda: all_acknowledged(broker), what="every message acknowledged or dead-lettered")
    assert [letter.event_id for letter in await dead_letters(broker)] == ["unreadable"]
    assert sorted(listener.handled) == sorted(IDS)


async def test_outage_retries_the_whole_batch(broker: Broker) -> None:
    async def be_away(_order_ids: Sequence[str]) -> Collection[str]:
        raise Unavailable("unreachable")

    async def come_back(_order_id: str, delivery: int) -> None:
        if delivery <= 12:
            raise Unavailable("unreachable")

    listener = RecordingBatchListener(be_away, come_back)
    await publish_expirations(broker, *IDS[:20])
    async with consuming(broker, listener):
        await eventually(lambda: all_acknowledged(broker), what="every message acknowledged")
    assert sorted(listener.handled) == sorted(IDS[:20])
    assert await dead_letters(broker) == []


async def test_events_left_by_a_batch_are_handled_on_their_own(broker: Broker) -> None:
    async def leave_some(order_ids: Sequence[str]) -> Collection[str]:
        return [order_id for order_id in order_ids if int(order_id) % 10 == 0]

    listener = RecordingBatchListener(leave_some)
    await publish_expirations(broker, *IDS)
    async with consuming(broker, listener):
        await eventually(lambda: all_acknowledged(broker))
    assert sorted(listener.handled) == sorted(IDS)
    assert {order_id for order_id in IDS if int(order_id) % 10 == 0} <= set(listener.received)


async def test_slow_batch_keeps_its_messages(broker: Broker) -> None:
    async def take_long(_order_ids: Sequence[str]) -> Collection[str]:
        await asyncio.sleep(1.8)
        return ()

    listener = RecordingBatchListener(take_long)
    await publish_expirations(broker, *IDS[:10])
    async with consuming(broker, listener, ack_wait=1.2):
        await eventually(lambda: all_acknowledged(broker))
    assert sorted(listener.handled) == sorted(IDS[:10])


async def test_stopping_returns_the_messages_of_an_unfinished_batch(broker: Broker) -> None:
    async def hang(_order_ids: Sequence[str]) -> Collection[str]:
        await asyncio.Event().wait()
        return ()

    stuck, other = RecordingBatchListener(hang), RecordingListener()
    await publish_expirations(broker, *IDS[:10])
    async with consuming(broker, stuck):
        await eventually(lambda: len([*stuck.received, *(item for batch in stuck.batches for item in batch)]) == 10)
    async with consuming(broker, other):  # long before ack_wait
        await eventually(lambda: all_acknowledged(broker), what="the other replica receiving the messages")
    assert {item for batch in stuck.batches for item in batch} <= set(other.handled)


@pytest.mark.parametrize("batched", [True, False])
async def test_slow_message_does_not_block_the_next_ones(broker: Broker, batched: bool) -> None:
    released = asyncio.Event()

    async def hang(order_id: str, _delivery: int) -> None:
        if order_id == "slow":
            await released.wait()

    async def leave_slow(order_ids: Sequence[str]) -> Collection[str]:
        return [order_id for order_id in order_ids if order_id == "slow"]

    listener = RecordingBatchListener(leave_slow, hang) if batched else RecordingListener(hang)
    async with consuming(broker, listener, concurrency=2, retry=RetryPolicy()):
        await publish_expirations(broker, "slow")
        await eventually(lambda: listener.received == ["slow"])
        for order_id in IDS[:20]:
            await publish_expirations(broker, order_id)
        await eventually(lambda: set(listener.handled) == set(IDS[:20]))
        released.set()
        await eventually(lambda: all_acknowledged(broker))
    assert (await broker.jetstream.consumer_info(EVENTS_STREAM, listener.durable)).num_redelivered == 0
