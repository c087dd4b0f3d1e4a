"""For operators' tools: a short connection that changes no stream, and what waits for the listeners."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import nats
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, Header
from nats.js.errors import NotFoundError

from ticketing_common.errors import Unavailable
from ticketing_common.messaging.streams import EVENTS_STREAM

_CONNECT_SECONDS = 3.0
_ANSWER_SECONDS = 5.0
_PAGE = 500
# A reader that dies leaves its consumer behind for this long.
_FORGOTTEN_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Backlog:
    """What one listener has still to do: `pending` was not handed to it yet, `unacknowledged` was and is not done.

    `ack_floor` is the sequence up to which everything is done: where it moves, the listener does.
    """

    durable: str
    pending: int
    unacknowledged: int
    ack_floor: int

    @property
    def messages(self) -> int:
        """How many events are not handled yet."""
        return self.pending + self.unacknowledged


@asynccontextmanager
async def connect_readonly(url: str) -> AsyncIterator[JetStreamContext]:
    """A connection that gives up instead of waiting, and leaves the streams as they are: their limits belong to the
    services. Unavailable when NATS is out of reach or does not answer, also inside."""
    try:
        # By itself the client would try a server that is not there for ever.
        async with asyncio.timeout(_CONNECT_SECONDS):
            client = await nats.connect(url, name="ticketing-inspection", allow_reconnect=False, error_cb=_ignore)
        try:
            yield client.jetstream(timeout=_ANSWER_SECONDS)
        finally:
            await client.close()
    except (NatsError, OSError, TimeoutError) as error:
        raise Unavailable(f"NATS at {url} did not do what it was asked: {str(error) or repr(error)}") from error


async def backlogs(jetstream: JetStreamContext) -> list[Backlog]:
    """What each durable listener of TICKETING has still to do; empty before the stream exists."""
    found: list[Backlog] = []
    try:
        while page := await jetstream.consumers_info(EVENTS_STREAM, offset=len(found)):
            found += [
                Backlog(
                    durable=info.name,
                    pending=info.num_pending or 0,
                    unacknowledged=info.num_ack_pending or 0,
                    ack_floor=info.ack_floor.stream_seq if info.ack_floor else 0,
                )
                for info in page
            ]
    except NotFoundError:
        return []
    return found


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it stands in TICKETING. `id` is its dedup key, empty where it was published without one."""

    sequence: int
    subject: str
    id: str
    payload: bytes


async def read_events(jetstream: JetStreamContext, *, after: int = 0) -> AsyncIterator[StoredEvent]:
    """What TICKETING holds after this sequence and up to now, oldest first. It hands nothing to any listener."""
    config = ConsumerConfig(
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=after + 1,
        ack_policy=AckPolicy.NONE,
        inactive_threshold=_FORGOTTEN_SECONDS,
    )
    consumer = await jetstream.add_consumer(EVENTS_STREAM, config)
    pull = await jetstream.pull_subscribe_bind(consumer.name, stream=EVENTS_STREAM)
    try:
        left = consumer.num_pending or 0
        while left > 0:
            page = await pull.fetch(min(left, _PAGE), timeout=_ANSWER_SECONDS)
            left -= len(page)
            for message in page:
                event_id = (message.headers or {}).get(Header.MSG_ID.value, "")
                yield StoredEvent(message.metadata.sequence.stream, message.subject, event_id, message.data)
    finally:
        await pull.unsubscribe()
        await jetstream.delete_consumer(EVENTS_STREAM, consumer.name)


async def _ignore(_error: Exception) -> None:
    """What fails is raised where it was asked for."""
