"""Publish envelopes and report which of them JetStream has stored."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import Protocol
from uuid import uuid4

import structlog
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.js.api import Header
from nats.js.errors import NoStreamResponseError

from ticketing_common.errors import Unavailable
from ticketing_common.events import Envelope, Subject
from ticketing_common.messaging.connection import Broker
from ticketing_common.messaging.headers import (
    BATCH_COMMIT,
    BATCH_ID,
    BATCH_SEQUENCE,
    EVENT_TYPE,
    OCCURRED_AT,
    TRACEPARENT,
)
from ticketing_common.messaging.message_spans import Publishing
from ticketing_common.observability.metrics import MESSAGES_SENT, PUBLISH_FAILURES
from ticketing_common.stream_names import EVENTS_STREAM

log = structlog.get_logger(__name__)

# Shorter than requests wait for an event: by then it is known that events do not flow. An acknowledgement that comes
# later is harmless, since the event is published again under the same id.
ACK_TIMEOUT_SECONDS = 1.5
# JetStream syncs a file for each message, or about ten for an atomic batch of any size.
_MIN_ATOMIC = 16
# JetStream accepts 1,000. Published one by one, after all, so many are stored within the time-out on a slow disk.
MAX_BATCH = 256
# So many refusals of one event are no accident.
_MISSES = 3
_MAX_MISSES = 1_000


class EventPublisher(Protocol):
    """What the relay needs of a publisher."""

    @property
    def connected(self) -> bool:
        """Whether publishing may work right now."""

    async def publish(self, envelopes: Sequence[Envelope]) -> set[str]:
        """Publish all and return the ids of those acknowledged; the others may have been stored or not."""


class BatchRefused(Exception):
    """JetStream did not store the batch: it has a duplicate, the stream is full, or the server cannot store batches."""


class Publisher:
    """Publishes to JetStream, each event with its id as the deduplication key.

    Many at once go as an atomic batch, which is stored as a whole or not at all; if it is refused, one by one.
    `aggregate` is the first word of the subjects that the process publishes to: their counters begin at 0, since an
    increase from nothing is none to Prometheus.
    """

    def __init__(
        self, broker: Broker, *, aggregate: str | None = None, ack_timeout: float = ACK_TIMEOUT_SECONDS
    ) -> None:
        self._broker = broker
        self._ack_timeout = ack_timeout
        self._error: Exception | None = None  # the latest
        self._misses = Counter[str]()  # by event id, while other events are stored
        for subject in Subject:
            if subject.partition(".")[0] == aggregate:
                MESSAGES_SENT.labels(subject.value)
                PUBLISH_FAILURES.labels(subject.value)

    @property
    def connected(self) -> bool:
        return self._broker.connected

    async def publish(self, envelopes: Sequence[Envelope]) -> set[str]:
        """Publish all; the ids of those that JetStream acknowledged, after its fsync, within `ack_timeout` seconds."""
        started = time.monotonic()
        publishing = Publishing(envelopes)
        stored: set[str] = set()
        try:
            stored = await self._publish(publishing.envelopes)
        finally:
            publishing.end(stored)
        if envelopes:
            await self._broker.record_write(EVENTS_STREAM, stored=bool(stored), error=self._error, started=started)
        if stored and len(stored) < len(envelopes):
            self._note_misses([envelope for envelope in envelopes if envelope.id not in stored])
        return stored

    async def _publish(self, envelopes: Sequence[Envelope]) -> set[str]:
        stored = await self._publish_batch(envelopes) if len(envelopes) >= _MIN_ATOMIC else None
        return await self._publish_each(envelopes) if stored is None else stored

    async def _publish_batch(self, envelopes: Sequence[Envelope]) -> set[str] | None:
        """The ids of all, or none of them in time; None when they must be published one by one."""
        try:
            await self._send_batch(envelopes)
        except BatchRefused as refused:
            log.debug("event.batch_refused", events=len(envelopes), reason=str(refused), fallback="one by one")
            return None
        except (NatsError, OSError, TimeoutError, Unavailable) as error:
            for envelope in envelopes:
                self._note_failure(envelope, error)
            return set()
        for subject, count in Counter(envelope.subject for envelope in envelopes).items():
            MESSAGES_SENT.labels(subject).inc(count)
        return {envelope.id for envelope in envelopes}

    async def _send_batch(self, envelopes: Sequence[Envelope]) -> None:
        client, batch_id = self._broker.client, uuid4().hex
        *others, last = envelopes
        for number, envelope in enumerate(others, 1):
            place = {BATCH_ID: batch_id, BATCH_SEQUENCE: str(number)}
            await client.publish(envelope.subject, _payload(envelope), headers=_headers(envelope) | place)
        place = {BATCH_ID: batch_id, BATCH_SEQUENCE: str(len(envelopes)), BATCH_COMMIT: "1"}
        headers = _headers(last) | place
        response = await client.request(last.subject, _payload(last), timeout=self._ack_timeout, headers=headers)
        _require_all_stored(response.data, batch_id, len(envelopes))

    async def _publish_each(self, envelopes: Sequence[Envelope]) -> set[str]:
        outcomes = await asyncio.gather(*(self._publish_one(envelope) for envelope in envelopes))
        return {envelope.id for envelope, ok in zip(envelopes, outcomes, strict=True) if ok}

    async def _publish_one(self, envelope: Envelope) -> bool:
        try:
            await self._broker.jetstream.publish(
                envelope.subject, _payload(envelope), timeout=self._ack_timeout, headers=_headers(envelope)
            )
        except (NatsError, OSError, TimeoutError, Unavailable) as error:
            self._note_failure(envelope, error)
            return False
        MESSAGES_SENT.labels(envelope.subject).inc()
        return True

    def _note_failure(self, envelope: Envelope, error: Exception) -> None:
        PUBLISH_FAILURES.labels(envelope.subject).inc()
        self._error = error
        # No stream has the subject: a process of an older release has removed it.
        if isinstance(error, NoStreamResponseError | NoRespondersError):
            self._broker.restore_streams()

    def _note_misses(self, envelopes: Sequence[Envelope]) -> None:
        """Log an event that is refused again and again, while others are stored: the broker is not away."""
        if len(self._misses) > _MAX_MISSES:
            self._misses.clear()
        for envelope in envelopes:
            self._misses[envelope.id] += 1
            if self._misses[envelope.id] == _MISSES:
                error = repr(self._error)
                log.warning("event.publish_failed", event_id=envelope.id, subject=envelope.subject, error=error)


def _payload(envelope: Envelope) -> bytes:
    return json.dumps(envelope.data, separators=(",", ":")).encode()


def _headers(envelope: Envelope) -> dict[str, str]:
    return {
        Header.MSG_ID.value: envelope.id,
        Header.EXPECTED_STREAM.value: EVENTS_STREAM,
        EVENT_TYPE: envelope.type,
        OCCURRED_AT: envelope.occurred_at.isoformat(),
        TRACEPARENT: envelope.traceparent,
    }


def _require_all_stored(response: bytes, batch_id: str, count: int) -> None:
    """BatchRefused unless it is the acknowledgement of this batch: a server before 2.12 stores a part or nothing."""
    ack = json.loads(response or b"{}")
    if "error" in ack:
        raise BatchRefused(ack["error"].get("description", ""))
    if (ack.get("batch"), ack.get("count")) != (batch_id, count):
        raise BatchRefused("the server does not store atomic batches")
