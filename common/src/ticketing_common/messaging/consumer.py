"""A durable pull consumer that feeds one listener: fetch, handle, and the only place with ack, nak and term."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig

from ticketing_common.errors import Unavailable
from ticketing_common.messaging.connection import Broker
from ticketing_common.messaging.dead_letters import dead_letter
from ticketing_common.messaging.headers import TRACEPARENT
from ticketing_common.messaging.listener import TRANSIENT_ERRORS, Listener, RetryLater, RetryPolicy
from ticketing_common.messaging.streams import EVENTS_STREAM
from ticketing_common.observability import tracing
from ticketing_common.observability.metrics import EVENTS_HANDLED, HANDLING_SECONDS

log = structlog.get_logger(__name__)

# A message in the hands of a process that is killed waits this long for another one; buyers wait with it.
ACK_WAIT_SECONDS = 10.0
# A request that a restart of the broker swallowed is repeated after this long.
_FETCH_SECONDS = 2.0
_LAST_CALL_SECONDS = 0.1
_ERROR_PAUSE_SECONDS = 0.5
_FINISH_WITHIN_SECONDS = 3.0


class InvalidMessage(Exception):
    """The message is no event of the kind that its subject promises: no retry can help."""


class Consumer:
    """Runs `listener` until closed, up to `concurrency` messages at once, so that a slow one blocks no other.

    `ack_wait` is how many seconds a message of a replica that died waits for another one; a handler may take longer.
    """

    def __init__(
        self,
        broker: Broker,
        listener: Listener[Any],
        *,
        retry: RetryPolicy | None = None,
        concurrency: int = 16,
        ack_wait: float = ACK_WAIT_SECONDS,
    ) -> None:
        self._broker = broker
        self._listener = listener
        self._retry = retry or RetryPolicy()
        self._concurrency = concurrency
        self._ack_wait = ack_wait
        self._working: set[asyncio.Task[None]] = set()
        self._slot_free = asyncio.Event()
        self._stopped_at: float | None = None
        self.name = listener.durable

    async def run(self) -> None:
        """Listen for ever: through outages, restarts of the broker and a consumer that was deleted."""
        await self._broker.wait_ready()
        try:
            while True:
                try:
                    await self._consume()
                except (NatsError, OSError, TimeoutError, Unavailable) as error:
                    log.info("listener.interrupted", durable=self.name, error=repr(error))
                    await asyncio.sleep(_ERROR_PAUSE_SECONDS)
                    await self._broker.ensure_streams()
        finally:
            self._stopped_at = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Finish what is in hand, until 3 s after `run` ended; what is left goes back to another replica."""
        now = asyncio.get_running_loop().time()
        working = set(self._working)
        if working:
            left = (self._stopped_at or now) + _FINISH_WITHIN_SECONDS - now
            await asyncio.wait(working, timeout=max(0.0, left))
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)

    async def _consume(self) -> None:
        pull = await self._bind()
        try:
            while True:
                await self._wait_for_slot()
                await self._fetch(pull)
        finally:
            with contextlib.suppress(NatsError, OSError):
                await pull.unsubscribe()

    async def _fetch(self, pull: JetStreamContext.PullSubscription) -> None:
        """Start handling what comes within a few seconds; nothing (also: a consumer deleted meanwhile) is no error,
        a consumer that is not there is one."""
        free = self._concurrency - len(self._working)
        fetching = asyncio.create_task(pull.fetch(free, timeout=_FETCH_SECONDS))
        try:
            await asyncio.wait({fetching})
        except asyncio.CancelledError:
            # What the server is just sending must not wait out `ack_wait` because we stop.
            await asyncio.wait({fetching}, timeout=_LAST_CALL_SECONDS)
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)
            if not fetching.cancelled() and fetching.exception() is None:
                self._start(fetching.result())
            raise
        try:
            self._start(fetching.result())
        except NatsTimeout:
            if not self._broker.connected:  # begin afresh: the client would send all these requests on reconnecting
                raise

    async def _bind(self) -> JetStreamContext.PullSubscription:
        jetstream = self._broker.jetstream
        config = ConsumerConfig(
            durable_name=self.name,
            filter_subject=self._listener.event.subject.value,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=self._ack_wait,
            max_deliver=-1,  # parking is ours: a message that the server gives up on would never be seen again
            max_ack_pending=-1,  # messages that wait out a delay must never block fresh ones
        )
        await jetstream.add_consumer(EVENTS_STREAM, config)
        return await jetstream.pull_subscribe_bind(durable=self.name, stream=EVENTS_STREAM)

    async def _wait_for_slot(self) -> None:
        while len(self._working) >= self._concurrency:
            self._slot_free.clear()
            await self._slot_free.wait()

    def _start(self, messages: Sequence[Msg]) -> None:
        for message in messages:
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
        keep_alive = asyncio.create_task(_keep_alive(message, every=self._ack_wait / 3))
        try:
            outcome = await self._settle(message)
        except asyncio.CancelledError:
            with contextlib.suppress(NatsError, OSError):
                await message.nak()  # we stop: another replica takes it up at once
            raise
        finally:
            keep_alive.cancel()
        EVENTS_HANDLED.labels(self.name, outcome).inc()

    async def _settle(self, message: Msg) -> str:
        delivery = message.metadata.num_delivered
        try:
            await self._handle(message)
        except RetryLater as later:
            await message.nak(delay=max(later.seconds, 0.0))
            return "postponed"
        except InvalidMessage as error:
            return await self._park(message, error)
        except TRANSIENT_ERRORS as error:
            log.warning("listener.outage", durable=self.name, delivery=delivery, error=repr(error))
            await message.nak(delay=self._retry.delay(delivery))
            return "outage"
        except Exception as error:
            log.exception("listener.failed", durable=self.name, delivery=delivery)
            if delivery >= self._retry.max_deliveries:
                return await self._park(message, error)
            await message.nak(delay=self._retry.delay(delivery))
            return "failed"
        await message.ack()
        return "done"

    async def _handle(self, message: Msg) -> None:
        try:
            event = self._listener.event.model_validate_json(message.data)
        except ValueError as error:
            raise InvalidMessage(f"not a readable {self._listener.event.__name__}: {error}") from error
        with HANDLING_SECONDS.labels(self.name).time():
            await self._listener.handle(event)

    async def _park(self, message: Msg, error: Exception) -> str:
        try:
            await dead_letter(self._broker.jetstream, message, durable=self.name, error=error)
        except (NatsError, OSError, TimeoutError, Unavailable) as trouble:
            log.warning("listener.not_parked", durable=self.name, error=repr(trouble))
            await message.nak(delay=self._retry.longest_delay)
            return "failed"
        await message.term()
        log.error("listener.parked", durable=self.name, subject=message.subject, error=repr(error))
        return "parked"


async def _keep_alive(message: Msg, *, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        with contextlib.suppress(NatsError, OSError):
            await message.in_progress()
