"""A durable pull consumer: requests the messages of one listener, and has as many handled at once as it may."""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from typing import Any

import structlog
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig

from ticketing_common.errors import Unavailable
from ticketing_common.messaging.connection import Broker, keep_consuming
from ticketing_common.messaging.delivery import MessageHandler
from ticketing_common.messaging.listener import BatchListener, Listener, RetryPolicy
from ticketing_common.messaging.pull import Pull
from ticketing_common.stream_names import EVENTS_STREAM

log = structlog.get_logger(__name__)

# How long the message of a killed process waits for another one; buyers wait with it.
ACK_WAIT_SECONDS = 10.0
CONCURRENCY = 64
# Four batches: some are received while others wait for the database.
BATCH_CONCURRENCY = 1_024
_BATCH = 256
# Few large requests cost less than many small ones, but a slow message must not keep the others waiting.
_WAIT_FOR_ROOM_SECONDS = 0.02
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
        concurrency: int | None = None,
        ack_wait: float = ACK_WAIT_SECONDS,
    ) -> None:
        self._broker = broker
        self._listener = listener
        self._handler = MessageHandler(broker, listener, retry=retry or RetryPolicy(), ack_wait=ack_wait)
        self._concurrency = concurrency or (BATCH_CONCURRENCY if isinstance(listener, BatchListener) else CONCURRENCY)
        self._ack_wait = ack_wait
        self._free = self._concurrency
        self._tasks = set[asyncio.Task[None]]()
        self._finished = asyncio.Event()
        self._stopped_at: float | None = None
        self.name = listener.durable

    async def run(self) -> None:
        """Consume until cancelled: through outages, restarts of the broker and deletion of the consumer."""
        keep_alive = asyncio.create_task(self._handler.keep_alive(), name=f"{self.name}.keep_alive")
        try:
            await keep_consuming(self._broker, self._consume, consumer=self.name)
        finally:
            keep_alive.cancel()
            self._stopped_at = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Finish the messages in progress within 3 s of the end of `run`; the rest goes to another replica."""
        loop = asyncio.get_running_loop()
        deadline = (self._stopped_at or loop.time()) + _SHUTDOWN_TIMEOUT_SECONDS
        while self._tasks and loop.time() < deadline:
            await asyncio.wait(set(self._tasks), timeout=deadline - loop.time())
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _consume(self) -> None:
        pull = await self._open_pull()
        try:
            while True:
                await self._wait_for_room()
                self._start(await pull.take(self._free))
                if not self._broker.connected:  # or the client would send all requests after reconnecting
                    raise Unavailable("The message broker is unreachable.")
        finally:
            self._start(await pull.close())

    async def _open_pull(self) -> Pull:
        config = ConsumerConfig(
            # With a name, the request's subject contains it and the filter, so that permissions can restrict both.
            name=self.name,
            durable_name=self.name,
            filter_subject=self._listener.event.subject.value,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=self._ack_wait,
            max_deliver=-1,  # the server would drop an exhausted message: we dead-letter it ourselves
            max_ack_pending=-1,  # delayed messages must not block new ones
        )
        await self._broker.jetstream.add_consumer(EVENTS_STREAM, config)
        pull = Pull(self._broker.client, self.name)
        await pull.open()
        return pull

    async def _wait_for_room(self) -> None:
        """Until half of the slots are free; after a moment one is enough."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_WAIT_FOR_ROOM_SECONDS):
                await self._wait_until_free(self._concurrency // 2)
        await self._wait_until_free(1)

    async def _wait_until_free(self, slots: int) -> None:
        while self._free < slots:
            self._finished.clear()
            await self._finished.wait()

    def _start(self, messages: Sequence[Msg]) -> None:
        if isinstance(self._listener, BatchListener) and len(messages) > 1:
            for start in range(0, len(messages), _BATCH):
                batch = messages[start : start + _BATCH]
                self._run(self._process_batch(self._listener, batch), slots=len(batch))
            return
        for message in messages:
            self._run(self._handler.process(message))

    async def _process_batch(self, listener: BatchListener[Any], messages: Sequence[Msg]) -> None:
        for message in await self._handler.process_batch(listener, messages):
            self._run(self._handler.process(message))

    def _run(self, work: Coroutine[Any, Any, None], *, slots: int = 1) -> None:
        """Run `work` in a task that takes so many slots until it ends."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        self._free -= slots

        def finish(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            self._free += slots
            self._finished.set()
            if not task.cancelled() and task.exception() is not None:
                # The broker was lost before the acknowledgement: the message is redelivered after ack_wait.
                log.debug("consumer.ack_failed", consumer=self.name, error=repr(task.exception()))

        task.add_done_callback(finish)
