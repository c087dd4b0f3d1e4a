"""A listener that records what it receives."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from ticketing_common.events import Envelope, ExpirationComplete
from ticketing_common.messaging import Broker, Consumer, DeadLetter, DeadLetters, Listener, Publisher, RetryPolicy
from ticketing_common.messaging.streams import EVENTS_STREAM
from ticketing_common.web.background import run_tasks

QUICK = RetryPolicy(first_delay=0.01, longest_delay=0.02)

React = Callable[[str, int], Awaitable[None]]


async def _succeed(_order_id: str, _delivery: int) -> None:
    """A handler without problems."""


class RecordingListener(Listener[ExpirationComplete]):
    """Handles expiration.complete by `react(order id, number of this delivery)`, which may raise or take time."""

    event = ExpirationComplete
    durable = "test-listener"

    def __init__(self, react: React = _succeed) -> None:
        self._react = react
        self.received: list[str] = []
        self.handled: list[str] = []
        self.times: list[float] = []

    async def handle(self, event: ExpirationComplete) -> None:
        """Record the event, react, and record that nothing was raised."""
        self.received.append(event.order_id)
        self.times.append(asyncio.get_running_loop().time())
        await self._react(event.order_id, self.received.count(event.order_id))
        self.handled.append(event.order_id)


@asynccontextmanager
async def consuming(
    broker: Broker,
    listener: RecordingListener,
    *,
    retry: RetryPolicy = QUICK,
    concurrency: int = 16,
    ack_wait: float = 30.0,
) -> AsyncIterator[None]:
    """Run `listener` inside the `with` block."""
    async with run_tasks([Consumer(broker, listener, retry=retry, concurrency=concurrency, ack_wait=ack_wait)]):
        yield


def envelope(order_id: str) -> Envelope:
    """The envelope of an expiration.complete."""
    event = ExpirationComplete(order_id=order_id)
    return Envelope.from_event(
        event, occurred_at=datetime.now(UTC), traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    )


async def publish_expirations(broker: Broker, *order_ids: str) -> set[str]:
    """Publish an expiration.complete for each; the order ids of those acknowledged."""
    stored = await Publisher(broker, ack_timeout=1.0).publish([envelope(order_id) for order_id in order_ids])
    return {event_id.rpartition(":")[2] for event_id in stored}


async def all_acknowledged(broker: Broker) -> bool:
    """Whether the listener has nothing left to do."""
    info = await broker.jetstream.consumer_info(EVENTS_STREAM, RecordingListener.durable)
    return bool(info.num_pending == 0 and info.num_ack_pending == 0)


async def dead_letters(broker: Broker) -> list[DeadLetter]:
    """The messages in DEAD."""
    return [letter async for letter in DeadLetters(broker.jetstream).all()]
