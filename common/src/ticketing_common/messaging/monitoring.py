"""The state of the streams and consumers as operators see it: from outside, also while a consumer is down."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo, StreamInfo
from nats.js.errors import NotFoundError

from ticketing_common.messaging.inspection import durable_consumers
from ticketing_common.stream_names import DEAD_PREFIX, DEAD_STREAM, EVENTS_STREAM


@dataclass(frozen=True, slots=True)
class ConsumerLag:
    """What a durable consumer has yet to handle.

    `pending` is not delivered yet, `ack_pending` is delivered but not acknowledged, and of that `redelivered` more than
    once. `oldest_at` is when the oldest of these was stored. A consumer that was never created has all events of its
    subject pending.
    """

    consumer: str
    subject: str
    pending: int = 0
    ack_pending: int = 0
    redelivered: int = 0
    oldest_at: datetime | None = None
    exists: bool = True

    @property
    def messages(self) -> int:
        """The number of events not handled yet."""
        return self.pending + self.ack_pending


@dataclass(frozen=True, slots=True)
class StreamFill:
    """How full a stream is; `max_bytes` is None without a limit."""

    stream: str
    messages: int
    bytes: int
    max_bytes: int | None


@dataclass(frozen=True, slots=True)
class BrokerState:
    """All of it at one moment; there are no streams until a service has created them.

    `dead_letters` counts by consumer; `storage_limit` is that of the account, None without one.
    """

    consumers: Sequence[ConsumerLag]
    streams: Sequence[StreamFill]
    dead_letters: Mapping[str, int]
    storage_bytes: int
    storage_limit: int | None


async def read_broker_state(jetstream: JetStreamContext, known: Mapping[str, str]) -> BrokerState:
    """The state of both streams, with these consumers (subject by name) whether or not they exist, and all others."""
    events, dead, account = await asyncio.gather(
        _stream_info(jetstream, EVENTS_STREAM), _stream_info(jetstream, DEAD_STREAM), jetstream.account_info()
    )
    limit = account.limits.max_storage
    return BrokerState(
        consumers=await _lags(jetstream, events, known) if events else [ConsumerLag(*item) for item in known.items()],
        streams=[_fill(info) for info in (events, dead) if info is not None],
        dead_letters={**dict.fromkeys(known, 0), **_dead_letters(dead)},
        storage_bytes=account.storage,
        storage_limit=limit if limit >= 0 else None,
    )


async def _stream_info(jetstream: JetStreamContext, stream: str) -> StreamInfo | None:
    """With the number of messages of each subject."""
    try:
        return await jetstream.stream_info(stream, subjects_filter=">")
    except NotFoundError:
        return None


def _fill(info: StreamInfo) -> StreamFill:
    max_bytes = info.config.max_bytes or -1
    return StreamFill(
        stream=str(info.config.name),
        messages=info.state.messages,
        bytes=info.state.bytes,
        max_bytes=max_bytes if max_bytes > 0 else None,
    )


def _dead_letters(info: StreamInfo | None) -> dict[str, int]:
    subjects = (info.state.subjects if info else None) or {}
    return {subject.removeprefix(f"{DEAD_PREFIX}."): count for subject, count in subjects.items()}


async def _lags(jetstream: JetStreamContext, events: StreamInfo, known: Mapping[str, str]) -> list[ConsumerLag]:
    durables = {info.name: info for info in await durable_consumers(jetstream)}
    counts = events.state.subjects or {}
    missing = [_missing(jetstream, name, known[name], counts) for name in known if name not in durables]
    return list(await asyncio.gather(*(_lag(jetstream, info) for info in durables.values()), *missing))


async def _lag(jetstream: JetStreamContext, info: ConsumerInfo) -> ConsumerLag:
    pending, ack_pending = info.num_pending or 0, info.num_ack_pending or 0
    subject = info.config.filter_subject or ">"
    floor = info.ack_floor.stream_seq if info.ack_floor else 0
    return ConsumerLag(
        consumer=info.name,
        subject=subject,
        pending=pending,
        ack_pending=ack_pending,
        redelivered=info.num_redelivered or 0,
        oldest_at=await _stored_at(jetstream, subject, after=floor) if pending or ack_pending else None,
    )


async def _missing(jetstream: JetStreamContext, name: str, subject: str, counts: Mapping[str, int]) -> ConsumerLag:
    pending = counts.get(subject, 0)
    oldest_at = await _stored_at(jetstream, subject, after=0) if pending else None
    return ConsumerLag(name, subject, pending=pending, oldest_at=oldest_at, exists=False)


async def _stored_at(jetstream: JetStreamContext, subject: str, *, after: int) -> datetime | None:
    """When the first event of this subject after this sequence was stored; None if it has just been removed."""
    try:
        return (await jetstream.get_msg(EVENTS_STREAM, seq=after + 1, subject=subject, next=True)).time
    except NotFoundError:
        return None
