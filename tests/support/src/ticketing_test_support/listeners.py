"""A listener that records what it receives."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from nats.js.errors import NotFoundError

from ticketing_common.events import Envelope, ExpirationComplete, Received
from ticketing_common.messaging import (
    BatchListener,
    Broker,
    Consumer,
    DeadLetter,
    DeadLetters,
    Listener,
    Publisher,
    RetryPolicy,
)
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_common.web.background import run_tasks

QUICK = RetryPolicy(first_delay=0.01, longest_delay=0.02)

React = Callable[[str, int], Awaitable[None]]
ReactToBatch = Callable[[Sequence[str]], Awaitable[Collection[str]]]


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


async def _handle_all(_order_ids: Sequence[str]) -> Collection[str]:
    """Leaves none to be handled on its own."""
    return ()


class RecordingBatchListener(RecordingListener, BatchListener[ExpirationComplete]):
    """Handles batches by `react_to_batch(order ids)`, which may raise or return those to be handled on their own."""

    def __init__(self, react_to_batch: ReactToBatch = _handle_all, react: React = _succeed) -> None:
        super().__init__(react)
        self._react_to_batch = react_to_batch
        self.batches: list[list[str]] = []
        self.traces: list[str] = []

    async def handle_batch(
        self, batch: Sequence[Received[ExpirationComplete]]
    ) -> Collection[Received[ExpirationComplete]]:
        """Record the events, react, and record those that were handled together."""
        order_ids = [received.event.order_id for received in batch]
        self.batches.append(order_ids)
        self.traces += [received.trace for received in batch]
        left = set(await self._react_to_batch(order_ids))
        self.handled += [order_id for order_id in order_ids if order_id not in left]
        return [received for received in batch if received.event.order_id in left]


@asynccontextmanager
async def consuming(
    broker: Broker,
    listener: RecordingListener,
    *,
    retry: RetryPolicy = QUICK,
    concurrency: int | None = None,
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
    """Whether the listener has received messages and has nothing left to do."""
    try:
        info = await broker.jetstream.consumer_info(EVENTS_STREAM, RecordingListener.durable)
    except NotFoundError:  # not created yet
        return False
    # A consumer that was just created may report nothing pending.
    was_delivered = info.delivered is not None and info.delivered.consumer_seq > 0
    return bool(was_delivered and info.num_pending == 0 and info.num_ack_pending == 0)


async def dead_letters(broker: Broker) -> list[DeadLetter]:
    """The messages in DEAD."""
    return [letter async for letter in DeadLetters(broker.jetstream).all()]
