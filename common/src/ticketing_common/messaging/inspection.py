"""For operators' tools: a connection that changes no stream, the consumers' backlogs and the stored events."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, ConsumerInfo, DeliverPolicy, Header
from nats.js.errors import NotFoundError

from ticketing_common.errors import Unavailable
from ticketing_common.messaging.connection import inbox_prefix
from ticketing_common.observability.redaction import redact_text
from ticketing_common.stream_names import EVENTS_STREAM

_CONNECT_TIMEOUT_SECONDS = 3.0
_REQUEST_TIMEOUT_SECONDS = 5.0
_PAGE = 500
# The consumer of a killed reader is removed after this long.
_INACTIVE_THRESHOLD_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a consumer has yet to handle: `pending` is not delivered yet, `unacknowledged` is.

    `ack_floor` is the stream sequence up to which everything is acknowledged: it moves while the consumer works.
    """

    durable: str
    pending: int
    unacknowledged: int
    ack_floor: int

    @property
    def messages(self) -> int:
        """The number of events not handled yet."""
        return self.pending + self.unacknowledged


@asynccontextmanager
async def connect_readonly(url: str) -> AsyncIterator[JetStreamContext]:
    """A connection that gives up instead of retrying, and leaves the streams to the services.

    Unavailable when NATS is unreachable or does not respond, also inside the `with` block.
    """
    client = Client()
    try:
        # Without it the client would retry the first connection endlessly.
        async with asyncio.timeout(_CONNECT_TIMEOUT_SECONDS):
            await client.connect(
                url,
                name="ticketing-inspection",
                inbox_prefix=inbox_prefix(url),
                allow_reconnect=False,
                error_cb=_ignore,
            )
        yield client.jetstream(timeout=_REQUEST_TIMEOUT_SECONDS)
    except (NatsError, OSError, TimeoutError) as error:
        raise Unavailable(f"NATS at {redact_text(url)} is unavailable: {str(error) or repr(error)}") from error
    finally:
        await client.close()  # also of a server that accepted the connection and said nothing


async def backlogs(jetstream: JetStreamContext) -> list[Backlog]:
    """The backlog of each durable consumer of TICKETING; empty before the stream exists."""
    try:
        found = await durable_consumers(jetstream)
    except NotFoundError:
        return []
    return [
        Backlog(
            durable=info.name,
            pending=info.num_pending or 0,
            unacknowledged=info.num_ack_pending or 0,
            ack_floor=info.ack_floor.stream_seq if info.ack_floor else 0,
        )
        for info in found
    ]


async def durable_consumers(jetstream: JetStreamContext) -> list[ConsumerInfo]:
    """Those of TICKETING. The others are of one process each, and end with it."""
    found: list[ConsumerInfo] = []
    while page := await jetstream.consumers_info(EVENTS_STREAM, offset=len(found)):
        found += page
    return [info for info in found if info.config.durable_name]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A message in TICKETING, or in DEAD. `id` is its deduplication key, empty if it was published without one.

    `at` is when the stream stored it.
    """

    sequence: int
    subject: str
    id: str
    payload: bytes
    at: datetime
    headers: Mapping[str, str]


async def read_events(
    jetstream: JetStreamContext,
    *,
    stream: str = EVENTS_STREAM,
    subjects: Sequence[str] = (),
    after: int = 0,
    since: datetime | None = None,
) -> AsyncIterator[StoredEvent]:
    """The messages of a stream up to now, oldest first; no service's consumer is affected.

    Those of these subjects only, or all, after this sequence, or stored at `since` or later.
    """
    by_time = {"deliver_policy": DeliverPolicy.BY_START_TIME, "opt_start_time": since}
    by_sequence = {"deliver_policy": DeliverPolicy.BY_START_SEQUENCE, "opt_start_seq": after + 1}
    config = ConsumerConfig(
        **(by_time if since else by_sequence),
        filter_subjects=list(subjects) or None,
        ack_policy=AckPolicy.NONE,
        inactive_threshold=_INACTIVE_THRESHOLD_SECONDS,
    )
    consumer = await jetstream.add_consumer(stream, config)
    pull = await jetstream.pull_subscribe_bind(consumer.name, stream=stream)
    try:
        remaining = consumer.num_pending or 0
        while remaining > 0:
            page = await pull.fetch(min(remaining, _PAGE), timeout=_REQUEST_TIMEOUT_SECONDS)
            remaining -= len(page)
            for message in page:
                yield _stored(message)
    finally:
        await pull.unsubscribe()
        await jetstream.delete_consumer(stream, consumer.name)


async def republish(jetstream: JetStreamContext, events: Sequence[StoredEvent]) -> None:
    """Publish them once more in this order, without the ids by which JetStream would take them for duplicates."""
    for batch in (events[start : start + _PAGE] for start in range(0, len(events), _PAGE)):
        await asyncio.gather(*(jetstream.publish(event.subject, event.payload) for event in batch))


def _stored(message: Msg) -> StoredEvent:
    headers = message.headers or {}
    meta = message.metadata
    return StoredEvent(
        sequence=meta.sequence.stream,
        subject=message.subject,
        id=headers.get(Header.MSG_ID.value, ""),
        payload=message.data,
        at=meta.timestamp,
        headers=headers,
    )


async def _ignore(_error: Exception) -> None:
    """Errors are raised by the call that failed."""
