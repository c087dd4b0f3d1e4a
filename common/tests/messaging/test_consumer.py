"""Return = done, raise = redelivered after a growing delay."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from nats.aio.msg import Msg
from prometheus_client import REGISTRY

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import Broker, Consumer, RetryLater, RetryPolicy
from ticketing_common.stream_names import EVENTS_STREAM
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


class CountedListener(RecordingListener):
    """Counted apart from other tests' listeners."""

    durable = "counted"


React = Callable[[str, int], Awaitable[None]]


def failing(error: Exception, times: int) -> React:
    """Raise `error` for each of the first deliveries."""

    async def react(_order_id: str, delivery: int) -> None:
        if delivery <= times:
            raise error

    return react


async def test_failed_message_is_redelivered_after_growing_delays(broker: Broker) -> None:
    listener = RecordingListener(failing(ValueError("not yet"), times=3))
    async with consuming(broker, listener, retry=RetryPolicy(first_delay=0.05)):
        await publish_expirations(broker, "a")
        await eventually(lambda: listener.handled == ["a"])
    gaps = [after - before for before, after in zip(listener.times, listener.times[1:], strict=False)]
    assert [gap >= least for gap, least in zip(gaps, (0.05, 0.1, 0.2), strict=True)] == [True] * 3


@pytest.mark.parametrize(
    ("error", "times"),
    [
        (RetryLater(0.01), 15),
        (Unavailable("unreachable"), 15),
        (ConnectionRefusedError("unreachable"), 15),
        (TimeoutError("unreachable"), 15),
        (ValueError("our own fault"), 9),
    ],
    ids=repr,
)
async def test_temporary_failure_is_not_dead_lettered(broker: Broker, error: Exception, times: int) -> None:
    listener = RecordingListener(failing(error, times))
    async with consuming(broker, listener):
        await publish_expirations(broker, "a")
        await eventually(lambda: listener.handled == ["a"])
        await eventually(lambda: all_acknowledged(broker))
    assert await dead_letters(broker) == []


async def test_outcomes_are_counted_from_zero(broker: Broker) -> None:
    def counts() -> dict[str, float | None]:
        labels = {"subject": "expiration.complete", "consumer": "counted"}
        return {
            outcome: REGISTRY.get_sample_value(
                "messaging_client_consumed_messages_total", {**labels, "outcome": outcome}
            )
            for outcome in ("handled", "deferred", "retried", "dead_lettered")
        }

    errors = iter([RetryLater(0), Unavailable("unreachable"), ValueError("our own fault")])

    async def react(_order_id: str, _delivery: int) -> None:
        if error := next(errors, None):
            raise error

    listener = CountedListener(react)
    consumer = Consumer(broker, listener, retry=QUICK)
    assert counts() == {"handled": 0, "deferred": 0, "retried": 0, "dead_lettered": 0}
    async with run_tasks([consumer]):
        await publish_expirations(broker, "a")
        await broker.jetstream.publish("expiration.complete", b"unreadable")
        await eventually(lambda: counts() == {"handled": 1, "deferred": 1, "retried": 2, "dead_lettered": 1})


async def test_failing_message_does_not_block_the_next(broker: Broker) -> None:
    async def react(order_id: str, _delivery: int) -> None:
        if order_id == "poison":
            raise ValueError("cannot be handled")

    listener = RecordingListener(react)
    async with consuming(broker, listener, retry=RetryPolicy(first_delay=30.0), concurrency=1):
        await publish_expirations(broker, "poison")
        await publish_expirations(broker, "good")
        await eventually(lambda: listener.handled == ["good"])
    assert listener.received == ["poison", "good"]


async def test_replicas_share_the_messages(broker: Broker) -> None:
    both_busy = asyncio.Event()

    async def react(_order_id: str, _delivery: int) -> None:
        await both_busy.wait()

    one, two = RecordingListener(react), RecordingListener(react)
    ids = [str(number) for number in range(200)]
    async with consuming(broker, one, concurrency=4), consuming(broker, two, concurrency=4):
        await publish_expirations(broker, *ids)
        await eventually(lambda: bool(one.received and two.received), what="both replicas handling messages")
        both_busy.set()
        await eventually(lambda: all_acknowledged(broker))
    assert sorted(one.handled + two.handled) == sorted(ids)


async def test_slow_handler_keeps_its_message(broker: Broker) -> None:
    async def react(_order_id: str, _delivery: int) -> None:
        await asyncio.sleep(3)

    listener = RecordingListener(react)
    async with consuming(broker, listener, ack_wait=1.2):  # a busy machine may stall for most of a second
        await publish_expirations(broker, "a")
        await eventually(lambda: listener.handled == ["a"])
        await eventually(lambda: all_acknowledged(broker))
    assert listener.received == ["a"]


async def test_deleted_consumer_is_created_again(broker: Broker) -> None:
    listener = RecordingListener()
    async with consuming(broker, listener):
        await publish_expirations(broker, "before")
        await eventually(lambda: listener.handled == ["before"])
        await broker.jetstream.delete_consumer(EVENTS_STREAM, RecordingListener.durable)
        await publish_expirations(broker, "after")
        await eventually(lambda: "after" in listener.handled)


class IdleBroker:
    """A connected broker that ends each request at once, because no message came in its time."""

    connected = is_connected = True

    def __init__(self) -> None:
        self.requests = 0

    @property
    def jetstream(self) -> "IdleBroker":
        return self

    @property
    def client(self) -> "IdleBroker":
        return self

    async def wait_ready(self) -> None: ...

    async def add_consumer(self, *_args: object) -> None: ...

    def new_inbox(self) -> str:
        return "_INBOX.test"

    async def subscribe(self, _subject: str, *, cb: Callable[[Msg], Awaitable[None]]) -> "IdleBroker":
        self._receive = cb
        return self

    async def drain(self) -> None: ...

    async def publish(self, _subject: str, _request: bytes, *, reply: str) -> None:
        self.requests += 1
        await asyncio.sleep(0)
        await self._receive(Msg(None, reply, headers={"Status": "408"}))  # type: ignore[arg-type]


async def test_idle_consumer_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    broker = IdleBroker()
    with caplog.at_level("DEBUG"):
        async with run_tasks([Consumer(broker, RecordingListener())]):  # type: ignore[arg-type]
            await eventually(lambda: broker.requests >= 3)
    assert [record for record in caplog.records if record.name.startswith("ticketing_common")] == []


async def test_stopping_finishes_messages_in_progress(broker: Broker) -> None:
    async def react(_order_id: str, _delivery: int) -> None:
        await asyncio.sleep(0.3)

    listener = RecordingListener(react)
    async with consuming(broker, listener):
        await publish_expirations(broker, "a")
        await eventually(lambda: listener.received == ["a"])
    assert listener.handled == ["a"]
    await eventually(lambda: all_acknowledged(broker))


async def test_stopping_returns_unfinished_messages(broker: Broker) -> None:
    async def react(_order_id: str, _delivery: int) -> None:
        await asyncio.Event().wait()

    stuck, other = RecordingListener(react), RecordingListener()
    async with consuming(broker, stuck):
        await publish_expirations(broker, "a")
        await eventually(lambda: stuck.received == ["a"])
    async with consuming(broker, other):  # long before ack_wait
        await eventually(lambda: other.handled == ["a"], what="the other replica receiving the message")


async def test_no_message_is_stranded_by_restarts_under_load(broker: Broker) -> None:
    ids = [str(number) for number in range(300)]
    listener = RecordingListener()
    publishing = asyncio.create_task(publish_expirations(broker, *ids))
    for _ in range(5):
        async with consuming(broker, listener):
            await eventually(lambda: len(listener.handled) >= 10)
    await publishing
    async with consuming(broker, listener):
        await eventually(lambda: all_acknowledged(broker), what="every message acknowledged before ack_wait")
    assert set(listener.handled) == set(ids)


def test_delay_doubles_up_to_its_limit() -> None:
    policy = RetryPolicy(first_delay=0.25, longest_delay=30)
    assert [policy.delay(delivery) for delivery in (1, 2, 3, 8, 5_000)] == [0.25, 0.5, 1.0, 30, 30]
    assert QUICK.delay(100) == 0.02
