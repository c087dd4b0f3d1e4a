"""The handling of messages: the only place with ack, nak and term."""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import ValidationError

from ticketing_common.errors import Unavailable
from ticketing_common.events import Event, Received
from ticketing_common.messaging.connection import Broker
from ticketing_common.messaging.dead_letters import dead_letter, is_full
from ticketing_common.messaging.listener import TRANSIENT_ERRORS, BatchListener, Listener, RetryLater, RetryPolicy
from ticketing_common.messaging.message_log import Delivery, MessageLog
from ticketing_common.messaging.message_spans import Processing, describe, note_outcome, trace_of
from ticketing_common.observability import spans, tracing
from ticketing_common.observability.metrics import MESSAGES_CONSUMED, PROCESS_DURATION, PUBLISH_FAILURES
from ticketing_common.observability.spans import Span
from ticketing_common.stream_names import DEAD_PREFIX, DEAD_STREAM

log = structlog.get_logger(__name__)


# All of them are exported from the start: an alert on an increase would miss the first one.
OUTCOMES = ("handled", "deferred", "retried", "dead_lettered")


class InvalidMessage(Exception):
    """The message is not an event of its subject's kind: no retry can help."""


class _Item(NamedTuple):
    """A message of a batch."""

    delivery: Delivery
    received: Received[Any]
    span: Span


class MessageHandler:
    """Has `listener` handle messages, and acknowledges, delays or dead-letters them."""

    def __init__(self, broker: Broker, listener: Listener[Any], *, retry: RetryPolicy, ack_wait: float) -> None:
        self._broker = broker
        self._listener = listener
        self._retry = retry
        self._ack_wait = ack_wait
        self._name = listener.durable
        self._subject = listener.event.subject.value
        self._duration = PROCESS_DURATION.labels(self._subject, self._name)
        self._outcomes = {outcome: MESSAGES_CONSUMED.labels(self._subject, self._name, outcome) for outcome in OUTCOMES}
        self._refused = PUBLISH_FAILURES.labels(f"{DEAD_PREFIX}.{self._name}")
        self._dead_is_full = False
        self._processing = Processing(self._subject, self._name)
        self._log = MessageLog(self._subject, self._name)
        self._in_progress: dict[str, Msg] = {}

    async def process(self, message: Msg) -> None:
        """Handle the message; if cancelled, return it for another replica."""
        delivery = Delivery(message)
        with self._processing.enter(message) as span, self._kept_alive([message]):
            try:
                outcome = await self._handle_and_ack(delivery)
            except asyncio.CancelledError:
                await _return([message])
                raise
            note_outcome(span, outcome)
        self._count(outcome)
        self._log.write(delivery, outcome, trace_id=tracing.trace_id())

    async def process_batch(self, listener: BatchListener[Any], messages: Sequence[Msg]) -> list[Msg]:
        """Have `listener` handle the messages together; those left to be processed one by one."""
        with self._kept_alive(messages):
            try:
                remaining = await self._handle_batch(listener, messages)
                done = [message for message in messages if message.reply not in remaining]
                for message in done:
                    await message.ack()
            except asyncio.CancelledError:
                await _return(messages)
                raise
        self._count("handled", len(done))
        return list(remaining.values())

    async def keep_alive(self) -> None:
        """Until cancelled, tell the broker that messages are still being worked on."""
        while True:
            await asyncio.sleep(self._ack_wait / 3)
            for message in list(self._in_progress.values()):
                with contextlib.suppress(NatsError, OSError):
                    await message.in_progress()

    async def _handle_batch(self, listener: BatchListener[Any], messages: Sequence[Msg]) -> dict[str, Msg]:
        """The messages that are not handled."""
        remaining = {message.reply: message for message in messages}
        readable = {reply: found for reply, message in remaining.items() if (found := self._read(message))}
        spans.enter_batch([item.span for item in readable.values()])
        try:
            with self._timing(len(readable)):
                left = await listener.handle_batch([item.received for item in readable.values()])
        except Exception as error:
            if not isinstance(error, TRANSIENT_ERRORS):
                log.info("consumer.batch_failed", consumer=self._name, messages=len(messages), exc_info=error)
            _end_all(readable.values(), failed=error)
            return remaining
        _end_all(readable.values())
        unhandled = {id(received) for received in left}
        for reply, item in readable.items():
            if id(item.received) not in unhandled:
                self._log.write(item.delivery, "handled", trace_id=item.received.trace[3:35])
                del remaining[reply]
        return remaining

    def _read(self, message: Msg) -> "_Item | None":
        """The event, and the span of its handling. None for one that must be retried or dead-lettered."""
        try:
            event = _parse(self._listener.event, message.data)
        except (InvalidMessage, Unavailable):
            return None
        span = self._processing.start(message, event)
        delivery = Delivery(message)
        delivery.order_id = event.about_order
        return _Item(delivery, Received(event, span.traceparent or tracing.child_of(trace_of(message))), span)

    async def _handle_and_ack(self, delivery: Delivery) -> str:
        """The outcome, for metrics and logs."""
        message = delivery.message
        try:
            event = _parse(self._listener.event, message.data)
            delivery.order_id = event.about_order
            describe(spans.current(), event)
            with self._timing():
                await self._listener.handle(event)
        except RetryLater as later:
            await message.nak(delay=max(later.seconds, 0.0))
            return "deferred"
        except InvalidMessage as error:
            return await self._dead_letter(message, error)
        except TRANSIENT_ERRORS as error:
            log.debug("consumer.dependency_failed", consumer=self._name, error=repr(error))
            await message.nak(delay=self._retry.delay(delivery.number))
            return "retried"
        except Exception as error:
            log.exception("consumer.handler_failed", consumer=self._name, delivery=delivery.number)
            if delivery.number >= self._retry.max_deliveries:
                return await self._dead_letter(message, error)
            await message.nak(delay=self._retry.delay(delivery.number))
            return "retried"
        await message.ack()
        return "handled"

    async def _dead_letter(self, message: Msg, error: Exception) -> str:
        try:
            await dead_letter(self._broker.jetstream, message, durable=self._name, error=error)
        except (NatsError, OSError, TimeoutError, Unavailable) as problem:
            await self._note_refusal(problem)
            await message.nak(delay=self._retry.longest_delay)
            return "retried"
        self._dead_is_full = False
        await self._broker.record_write(DEAD_STREAM, stored=True)
        await message.term()
        log.error("consumer.dead_lettered", consumer=self._name, subject=message.subject, error=repr(error))
        return "dead_lettered"

    async def _note_refusal(self, problem: Exception) -> None:
        """DEAD did not take a message, which therefore stays with its consumer."""
        self._refused.inc()
        if not is_full(problem):
            return await self._broker.record_write(DEAD_STREAM, stored=False, error=problem)
        if not self._dead_is_full:
            log.error("dead_letters.full", consumer=self._name, hint="replay or drop some: `ticketing dead list`")
        self._dead_is_full = True
        return None

    def _count(self, outcome: str, messages: int = 1) -> None:
        self._outcomes[outcome].inc(messages)

    @contextlib.contextmanager
    def _kept_alive(self, messages: Sequence[Msg]) -> Iterator[None]:
        """While inside, `keep_alive` reports these messages."""
        self._in_progress |= {message.reply: message for message in messages}
        try:
            yield
        finally:
            for message in messages:
                del self._in_progress[message.reply]

    @contextlib.contextmanager
    def _timing(self, messages: int = 1) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            seconds = time.perf_counter() - started
            for _ in range(messages):
                self._duration.observe(seconds)


def _end_all(items: Iterable["_Item"], *, failed: Exception | None = None) -> None:
    """Also of those that are handled once more, by themselves: calls have been recorded below their spans."""
    for item in items:
        if failed is not None:
            item.span.fail(type(failed).__qualname__)
        item.span.end()


async def _return(messages: Sequence[Msg]) -> None:
    """Shutting down: another replica gets them at once."""
    with contextlib.suppress(NatsError, OSError):
        for message in messages:
            await message.nak()


def _parse(model: type[Event], data: bytes) -> Event:
    try:
        return model.parse(data)
    except ValidationError as error:
        raise InvalidMessage(f"not a readable {model.__name__}: {error}") from error
