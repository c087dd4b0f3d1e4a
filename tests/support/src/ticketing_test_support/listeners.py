"""A listener that remembers what it heard, for tests of what carries events to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from ticketing_common.events import Envelope, ExpirationComplete
from ticketing_common.messaging import Broker, Consumer, Listener, Publisher, RetryPolicy
from ticketing_common.web.background import run_tasks

QUICK = RetryPolicy(first_delay=0.01, longest_delay=0.02)

React = Callable[[str, int], Awaitable[None]]


async def _take(_order_id: str, _time: int) -> None:
    """What a handler does that has nothing against it."""


class RecordingListener(Listener[ExpirationComplete]):
    """Hears expiration.complete. `react(order id, how often it was heard)` may raise or take its time."""

    event = ExpirationComplete
    durable = "test-listener"

    def __init__(self, react: React = _take) -> None:
        self._react = react
        self.heard: list[str] = []
        self.done: list[str] = []
        self.times: list[float] = []

    async def handle(self, event: ExpirationComplete) -> None:
        """Remember, react, and remember that nothing was raised."""
        self.heard.append(event.order_id)
        self.times.append(asyncio.get_running_loop().time())
        await self._react(event.order_id, self.heard.count(event.order_id))
        self.done.append(event.order_id)


@asynccontextmanager
async def listening(
    broker: Broker,
    listener: RecordingListener,
    *,
    retry: RetryPolicy = QUICK,
    concurrency: int = 16,
    ack_wait: float = 30.0,
) -> AsyncIterator[None]:
    """While inside, `listener` is subscribed."""
    async with run_tasks([Consumer(broker, listener, retry=retry, concurrency=concurrency, ack_wait=ack_wait)]):
        yield


def envelope(order_id: str) -> Envelope:
    """An expiration.complete on its way."""
    event = ExpirationComplete(order_id=order_id)
    return Envelope.from_event(
        event, occurred_at=datetime.now(UTC), traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    )


async def say(broker: Broker, *order_ids: str) -> set[str]:
    """Publish an expiration.complete for each; the order ids of those acknowledged."""
    stored = await Publisher(broker, ack_within=1.0).publish([envelope(order_id) for order_id in order_ids])
    return {event_id.rpartition(":")[2] for event_id in stored}
