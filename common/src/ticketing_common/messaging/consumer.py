"""A durable pull consumer that fetches the messages of one listener."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig

from ticketing_common.errors import Unavailable
from ticketing_common.messaging.connection import Broker
from ticketing_common.messaging.delivery import MessageHandler
from ticketing_common.messaging.listener import Listener, RetryPolicy
from ticketing_common.messaging.streams import EVENTS_STREAM

log = structlog.get_logger(__name__)

# How long the message of a killed process waits for another one; buyers wait with it.
ACK_WAIT_SECONDS = 10.0
# A request that a restarting broker swallowed is repeated after this long.
_FETCH_TIMEOUT_SECONDS = 2.0
_LAST_FETCH_SECONDS = 0.1
_RETRY_SECONDS = 0.5
_SHUTDOWN_TIMEOUT_SECONDS = 3.0


class Consumer:
    """Runs `listener`, for up to `concurrency` messages at once, so that a slow one does not block the others.

    `ack_wait` is the seconds after which the message of a killed replica is redelivered; a handler may take longer.
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
        self._handler = MessageHandler(broker, listener, retry=retry or RetryPolicy(), ack_wait=ack_wait)
        self._concurrency = concurrency
        self._ack_wait = ack_wait
        self._in_progress = set[asyncio.Task[None]]()
        self._slot_free = asyncio.Event()
        self._stopped_at: float | None = None
        self.name = listener.durable

    async def run(self) -> None:
        """Consume until cancelled: through outages, restarts of the broker and deletion of the consumer."""
        await self._broker.wait_ready()
        try:
            while True:
                try:
                    await self._consume()
                except (NatsError, OSError, TimeoutError, Unavailable) as error:
                    log.info("consumer.interrupted", consumer=self.name, error=repr(error))
                    await asyncio.sleep(_RETRY_SECONDS)
                    await self._broker.ensure_streams()
        finally:
            self._stopped_at = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Finish the messages in progress within 3 s of the end of `run`; the rest goes to another replica."""
        now = asyncio.get_running_loop().time()
        tasks = set(self._in_progress)
        if tasks:
            remaining = (self._stopped_at or now) + _SHUTDOWN_TIMEOUT_SECONDS - now
            await asyncio.wait(tasks, timeout=max(0.0, remaining))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _consume(self) -> None:
        pull = await self._bind()
        try:
            while True:
                await self._wait_for_slot()
                await self._fetch(pull)
        finally:
            with contextlib.suppress(NatsError, OSError):
                await pull.unsubscribe()

    async def _bind(self) -> JetStreamContext.PullSubscription:
        jetstream = self._broker.jetstream
        config = ConsumerConfig(
            durable_name=self.name,
            filter_subject=self._listener.event.subject.value,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=self._ack_wait,
            max_deliver=-1,  # the server would drop an exhausted message: we dead-letter it ourselves
            max_ack_pending=-1,  # delayed messages must not block new ones
        )
        await jetstream.add_consumer(EVENTS_STREAM, config)
        return await jetstream.pull_subscribe_bind(durable=self.name, stream=EVENTS_STREAM)

    async def _wait_for_slot(self) -> None:
        while len(self._in_progress) >= self._concurrency:
            self._slot_free.clear()
            await self._slot_free.wait()

    async def _fetch(self, pull: JetStreamContext.PullSubscription) -> None:
        """Start handling what arrives within two seconds. No messages is not an error; a missing consumer is."""
        free = self._concurrency - len(self._in_progress)
        fetching = asyncio.create_task(pull.fetch(free, timeout=_FETCH_TIMEOUT_SECONDS))
        try:
            await asyncio.wait({fetching})
        except asyncio.CancelledError:
            # What the server is sending right now would otherwise wait for `ack_wait`.
            await asyncio.wait({fetching}, timeout=_LAST_FETCH_SECONDS)
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)
            if not fetching.cancelled() and fetching.exception() is None:
                self._start(fetching.result())
            raise
        try:
            self._start(fetching.result())
        except TimeoutError:  # no messages; both nats.errors' and asyncio's
            if not self._broker.connected:  # or the client would send all these requests after reconnecting
                raise

    def _start(self, messages: Sequence[Msg]) -> None:
        for message in messages:
            task = asyncio.create_task(self._handler.process(message))
            self._in_progress.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._in_progress.discard(task)
        self._slot_free.set()
        if not task.cancelled() and task.exception() is not None:
            # The broker was lost before the acknowledgement: the message is redelivered after ack_wait.
            log.info("consumer.ack_failed", consumer=self.name, error=repr(task.exception()))
