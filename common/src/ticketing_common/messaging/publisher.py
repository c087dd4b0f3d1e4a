"""Publish envelopes and tell which of them JetStream has safely stored."""

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
from ticketing_common.observability.metrics import EVENTS_PUBLISHED, PUBLISH_FAILURES

log = structlog.get_logger(__name__)

ACK_WITHIN_SECONDS = 5.0


class EventPublisher(Protocol):
    """What the relay needs of a publisher; tests have one in memory."""

    @property
    def connected(self) -> bool:
        """Whether publishing can work right now."""

    async def publish(self, envelopes: Sequence[Envelope]) -> set[str]:
        """Publish all and return the ids of those acknowledged; the others may or may not have landed."""


class Publisher:
    """Publishes to JetStream, all at once, each with its id as the dedup key."""

    def __init__(self, broker: Broker, *, ack_within: float = ACK_WITHIN_SECONDS) -> None:
        self._broker = broker
        self._ack_within = ack_within

    @property
    def connected(self) -> bool:
        """Whether the broker is in reach."""
        return self._broker.connected

    async def publish(self, envelopes: Sequence[Envelope]) -> set[str]:
        """Publish all, pipelined; the ids of what JetStream acknowledged (after its fsync) within `ack_within` s."""
        outcomes = await asyncio.gather(*(self._publish_one(envelope) for envelope in envelopes))
        return {envelope.id for envelope, stored in zip(envelopes, outcomes, strict=True) if stored}

    async def _publish_one(self, envelope: Envelope) -> bool:
        try:
            await self._send(envelope)
        except (NatsError, OSError, TimeoutError, Unavailable) as error:
            # InvalidState (a full stream), or no answer in time: it stays in the outbox and is published again.
            PUBLISH_FAILURES.labels(envelope.subject).inc()
            log.warning("event.not_published", event_id=envelope.id, subject=envelope.subject, error=repr(error))
            return False
        EVENTS_PUBLISHED.labels(envelope.subject).inc()
        return True

    async def _send(self, envelope: Envelope) -> PubAck:
        return await self._broker.jetstream.publish(
            envelope.subject,
            json.dumps(envelope.data, separators=(",", ":")).encode(),
            timeout=self._ack_within,
            stream=EVENTS_STREAM,
            headers={
                Header.MSG_ID.value: envelope.id,
                EVENT_TYPE: envelope.type,
                OCCURRED_AT: envelope.occurred_at.isoformat(),
                TRACEPARENT: envelope.traceparent,
            },
        )
