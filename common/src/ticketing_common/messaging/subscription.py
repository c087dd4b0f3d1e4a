"""A durable pull consumer that feeds one listener: fetch, handle, and the only place with ack, nak and term."""

import asyncio
import contextlib
from typing import Any

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig

from ticketing_common.errors import Unavailable
from ticketing_common.messaging.connection import Broker
from ticketing_common.messaging.dead_letters import park
from ticketing_common.messaging.headers import TRACEPARENT
from ticketing_common.messaging.listener import OUTAGES, ComeBackLater, Listener, RetryPolicy
from ticketing_common.messaging.streams import EVENTS_STREAM
from ticketing_common.observability import tracing
from ticketing_common.observability.metrics import EVENTS_HANDLED, HANDLING_SECONDS

log = structlog.get_logger(__name__)

ACK_WAIT_SECONDS = 30.0
_KEEP_ALIVE_SECONDS = ACK_WAIT_SECONDS / 3
_FETCH_SECONDS = 5.0
_ERROR_PAUSE_SECONDS = 0.5
_FINISH_WITHIN_SECONDS = 5.0


class Unreadable(Exception):
    """The message is no event of the kind that its subject promises: no retry can help."""


class Subscription:
    """Runs `listener` until closed, up to `concurrency` messages at once, so that a slow one blocks no other."""

    def __init__(
        self, broker: Broker, listener: Listener[Any], *, retry: RetryPolicy | None = None, concurrency: int = 16
    ) -> None:
        self._broker = broker
        self._listener = listener
        self._retry = retry or RetryPolicy()
        self._concurrency = concurrency
        self._working: set[asyncio.Task[None]] = set()
        self._slot_free = asyncio.Event()
        self.name = listener.durable

    async def run(self) -> None:
        """Listen for ever: through outages, restarts of the broker and a consumer that was deleted."""
        await self._broker.wait_ready()
        while True:
            try:
                await self._consume()
            except (NatsError, OSError, TimeoutError, Unavailable) as error:
                log.info("listener.interrupted", durable=self.name, error=repr(error))
                await asyncio.sleep(_ERROR_PAUSE_SECONDS)
                await self._broker.ensure_streams()

    async def close(self) -> None:
        """Finish what is in hand, for at most 5 s; what is left comes back to another replica."""
        if self._working:
            await asyncio.wait(set(self._working), timeout=_FINISH_WITHIN_SECONDS)
        for task in self._working:
            task.cancel()

    async def _consume(self) -> None:
        pull = await self._bind()
        while True:
            await self._wait_for_slot()
            try:
                messages = await pull.fetch(self._concurrency - len(self._working), timeout=_FETCH_SECONDS)
            except NatsTimeout:
                if not self._broker.connected:
                    raise
                continue
            if not messages:  # the consumer was deleted while we waited: make it again
                await asyncio.sleep(_ERROR_PAUSE_SECONDS)
                pull = await self._bind()
            for message in messages:
                self._start(message)

    async def _bind(self) -> JetStreamContext.PullSubscription:
        jetstream = self._broker.jetstream
        config = ConsumerConfig(
            durable_name=self.name,
            filter_subject=self._listener.event.subject.value,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_SECONDS,
            max_deliver=-1,  # parking is ours: a message that the server gives up on would never be seen again
            max_ack_pending=-1,  # messages that wait out a delay must never block fresh ones
        )
        await jetstream.add_consumer(EVENTS_STREAM, config)
        return await jetstream.pull_subscribe_bind(durable=self.name, stream=EVENTS_STREAM)

    async def _wait_for_slot(self) -> None:
        while len(self._working) >= self._concurrency:
            self._slot_free.clear()
            await self._slot_free.wait()

    def _start(self, message: Msg) -> None:
        task = asyncio.create_task(self._process(message))
        self._working.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._slot_free.set()
        if not task.cancelled() and task.exception() is not None:
            # The broker went away while we answered it: the message comes back after ack_wait.
            log.info("listener.answer_lost", durable=self.name, error=repr(task.exception()))

    async def _process(self, message: Msg) -> None:
        tracing.begin((message.headers or {}).get(TRACEPARENT))
        keep_alive = asyncio.create_task(_keep_alive(message))
        try:
            outcome = await self._settle(message)
        finally:
            keep_alive.cancel()
        EVENTS_HANDLED.labels(self.name, outcome).inc()

    async def _settle(self, message: Msg) -> str:
        delivery = message.metadata.num_delivered
        try:
            await self._handle(message)
        except ComeBackLater as later:
            await message.nak(delay=later.seconds)
            return "postponed"
        except Unreadable as error:
            return await self._park(message, error)
        except OUTAGES as error:
            log.warning("listener.outage", durable=self.name, delivery=delivery, error=repr(error))
            await message.nak(delay=self._retry.delay(delivery))
            return "outage"
        except Exception as error:
            log.exception("listener.failed", durable=self.name, delivery=delivery)
            if delivery >= self._retry.park_at:
                return await self._park(message, error)
            await message.nak(delay=self._retry.delay(delivery))
            return "failed"
        await message.ack()
        return "done"

    async def _handle(self, message: Msg) -> None:
        try:
            event = self._listener.event.model_validate_json(message.data)
        except ValueError as error:
            raise Unreadable(f"not a readable {self._listener.event.__name__}: {error}") from error
        with HANDLING_SECONDS.labels(self.name).time():
            await self._listener.handle(event)

    async def _park(self, message: Msg, error: Exception) -> str:
        try:
            await park(self._broker.jetstream, message, durable=self.name, error=error)
        except (NatsError, OSError, TimeoutError, Unavailable) as trouble:
            log.warning("listener.not_parked", durable=self.name, error=repr(trouble))
            await message.nak(delay=self._retry.longest_delay)
            return "failed"
        await message.term()
        log.error("listener.parked", durable=self.name, subject=message.subject, error=repr(error))
        return "parked"


async def _keep_alive(message: Msg) -> None:
    while True:
        await asyncio.sleep(_KEEP_ALIVE_SECONDS)
        with contextlib.suppress(NatsError, OSError):
            await message.in_progress()
