"""The handling of one message: the only place with ack, nak and term."""

import asyncio
import contextlib
from typing import Any

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import ValidationError

from ticketing_common.errors import Unavailable
from ticketing_common.events import Event
from ticketing_common.messaging.connection import Broker
from ticketing_common.messaging.dead_letters import dead_letter
from ticketing_common.messaging.headers import TRACEPARENT
from ticketing_common.messaging.listener import TRANSIENT_ERRORS, Listener, RetryLater, RetryPolicy
from ticketing_common.messaging.streams import DEAD_STREAM
from ticketing_common.observability import tracing
from ticketing_common.observability.metrics import MESSAGES_CONSUMED, PROCESS_DURATION

log = structlog.get_logger(__name__)


class InvalidMessage(Exception):
    """The message is not an event of its subject's kind: no retry can help."""


class MessageHandler:
    """Has `listener` handle messages, and acknowledges, delays or dead-letters them."""

    def __init__(self, broker: Broker, listener: Listener[Any], *, retry: RetryPolicy, ack_wait: float) -> None:
        self._broker = broker
        self._listener = listener
        self._retry = retry
        self._ack_wait = ack_wait
        self._name = listener.durable

    async def process(self, message: Msg) -> None:
        """Handle the message; if cancelled, return it for another replica."""
        tracing.begin((message.headers or {}).get(TRACEPARENT))
        keep_alive = asyncio.create_task(_keep_alive(message, every=self._ack_wait / 3))
        try:
            outcome = await self._handle_and_ack(message)
        except asyncio.CancelledError:
            with contextlib.suppress(NatsError, OSError):
                await message.nak()  # shutting down: another replica gets it at once
            raise
        finally:
            keep_alive.cancel()
        MESSAGES_CONSUMED.labels(self._name, outcome).inc()

    async def _handle_and_ack(self, message: Msg) -> str:
        """The outcome, for metrics."""
        delivery = message.metadata.num_delivered
        try:
            event = _parse(self._listener.event, message.data)
            with PROCESS_DURATION.labels(self._name).time():
                await self._listener.handle(event)
        except RetryLater as later:
            await message.nak(delay=max(later.seconds, 0.0))
            return "deferred"
        except InvalidMessage as error:
            return await self._dead_letter(message, error)
        except TRANSIENT_ERRORS as error:
            log.warning("consumer.dependency_failed", consumer=self._name, delivery=delivery, error=repr(error))
            await message.nak(delay=self._retry.delay(delivery))
            return "unavailable"
        except Exception as error:
            log.exception("consumer.handler_failed", consumer=self._name, delivery=delivery)
            if delivery >= self._retry.max_deliveries:
                return await self._dead_letter(message, error)
            await message.nak(delay=self._retry.delay(delivery))
            return "failed"
        await message.ack()
        return "handled"

    async def _dead_letter(self, message: Msg, error: Exception) -> str:
        try:
            await dead_letter(self._broker.jetstream, message, durable=self._name, error=error)
        except (NatsError, OSError, TimeoutError, Unavailable) as problem:
            log.warning("consumer.dead_letter_failed", consumer=self._name, error=repr(problem))
            await self._broker.record_write(DEAD_STREAM, stored=False)
            await message.nak(delay=self._retry.longest_delay)
            return "failed"
        await self._broker.record_write(DEAD_STREAM, stored=True)
        await message.term()
        log.error("consumer.dead_lettered", consumer=self._name, subject=message.subject, error=repr(error))
        return "dead_lettered"


def _parse(model: type[Event], data: bytes) -> Event:
    try:
        return model.parse(data)
    except ValidationError as error:
        raise InvalidMessage(f"not a readable {model.__name__}: {error}") from error


async def _keep_alive(message: Msg, *, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        with contextlib.suppress(NatsError, OSError):
            await message.in_progress()
