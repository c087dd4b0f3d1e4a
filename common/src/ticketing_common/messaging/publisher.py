"""Publish envelopes and report which of them JetStream has stored."""

import asyncio
import json
from collections.abc import Sequence
from typing import Protocol

import structlog
from nats.errors import Error as NatsError
from nats.js.api import Header, PubAck

from ticketing_common.errors import Unavailable
from ticketing_common.events import Envelope
from ticketing_common.messaging.connection import Broker
from ticketing_common.messaging.headers import EVENT_TYPE, OCCURRED_AT, TRACEPARENT
from ticketing_common.messaging.streams import EVENTS_STREAM
from ticketing_common.observability.metrics import MESSAGES_SENT, PUBLISH_FAILURES

log = structlog.get_logger(__name__)

# Shorter than requests wait for an event: by then it is known that events do not flow. An acknowledgement that comes
# later is harmless, since the event is published again under the same id.
ACK_TIMEOUT_SECONDS = 1.5


class EventPublisher(Protocol):
    """What the relay needs of a publisher."""

    @property
    def connected(self) -> bool:
        """Whether publishing may work right now."""

    async def publish(self, envelopes: Sequence[Envelope]) -> set[str]:
        """Publish all and return the ids of those acknowledged; the others may have been stored or not."""


class Publisher:
    """Publishes to JetStream, concurrently, each event with its id as the deduplication key."""

    def __init__(self, broker: Broker, *, ack_timeout: float = ACK_TIMEOUT_SECONDS) -> None:
        self._broker = broker
        self._ack_timeout = ack_timeout

    @property
    def connected(self) -> bool:
        return self._broker.connected

    async def publish(self, envelopes: Sequence[Envelope]) -> set[str]:
        """Publish all; the ids of those that JetStream acknowledged, after its fsync, within `ack_timeout` seconds."""
        outcomes = await asyncio.gather(*(self._publish_one(envelope) for envelope in envelopes))
        stored = {envelope.id for envelope, ok in zip(envelopes, outcomes, strict=True) if ok}
        if envelopes:
            await self._broker.record_write(EVENTS_STREAM, stored=bool(stored))
        return stored

    async def _publish_one(self, envelope: Envelope) -> bool:
        try:
            await self._send(envelope)
        except (NatsError, OSError, TimeoutError, Unavailable) as error:
            PUBLISH_FAILURES.labels(envelope.subject).inc()
            log.warning("event.publish_failed", event_id=envelope.id, subject=envelope.subject, error=repr(error))
            return False
        MESSAGES_SENT.labels(envelope.subject).inc()
        return True

    async def _send(self, envelope: Envelope) -> PubAck:
        return await self._broker.jetstream.publish(
            envelope.subject,
            json.dumps(envelope.data, separators=(",", ":")).encode(),
            timeout=self._ack_timeout,
            stream=EVENTS_STREAM,
            headers={
                Header.MSG_ID.value: envelope.id,
                EVENT_TYPE: envelope.type,
                OCCURRED_AT: envelope.occurred_at.isoformat(),
                TRACEPARENT: envelope.traceparent,
            },
        )
