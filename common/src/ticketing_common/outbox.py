"""The outbox relay: events stay in the documents that caused them until JetStream has acknowledged them.

A use case writes state and events together. The relay of the same process then gets the events from memory, publishes
all that have accumulated at once, and removes the acknowledged ones a moment later, many in one bulk write. A sweep
each second picks up what a crash, a lost connection or another process left. Publishing twice is harmless: the event's
id is the deduplication key, and consumers are idempotent.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ticketing_common.errors import Unavailable
from ticketing_common.events import Envelope
from ticketing_common.messaging import MAX_BATCH, EventPublisher

SWEEP_SECONDS = 1.0
# Documents read by a sweep at once; published in batches while those published before are removed.
_SWEEP_LIMIT = 2_048
# Far below the age from which a sweep publishes again.
_COLLECT_SECONDS = 0.05
# While the broker is down, writes beyond this many are left to the sweep.
_MEMORY_LIMIT = 10_000
_FLUSH_TIMEOUT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class PendingEvents:
    """A document's unpublished events."""

    document_id: str
    envelopes: Sequence[Envelope]


@dataclass(frozen=True, slots=True)
class OutboxBacklog:
    """How many events are unpublished, and when the oldest of them occurred."""

    events: int
    oldest: datetime | None


class OutboxSource(Protocol):
    """A collection whose documents have an `outbox` array."""

    async def pending(self, *, before: datetime, limit: int) -> list[PendingEvents]:
        """Documents whose oldest unpublished event occurred before `before`, oldest first."""

    async def backlog(self) -> OutboxBacklog:
        """All that is unpublished, of any age."""

    async def remove_published(self, published: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Remove the published events, given as (document id, event ids)."""


class Removals:
    """Published events, collected to be removed from their outboxes by few large writes."""

    def __init__(self) -> None:
        self._published: list[tuple[OutboxSource, str, Sequence[str]]] = []
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()

    def add(self, source: OutboxSource, document_id: str, event_ids: Sequence[str]) -> None:
        """Have these events removed soon."""
        self._published.append((source, document_id, event_ids))
        self._wake.set()

    async def run(self) -> None:
        """Remove until cancelled."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(_COLLECT_SECONDS)
            self._wake.clear()
            try:
                await self.flush()
            except Unavailable:  # a sweep publishes and removes them again
                continue

    async def flush(self) -> None:
        """Remove all now; Unavailable as of MongoDB."""
        async with self._lock:  # wait for a flush in progress
            published, self._published = self._published, []
            by_source: dict[OutboxSource, list[tuple[str, Sequence[str]]]] = {}
            for source, document_id, event_ids in published:
                by_source.setdefault(source, []).append((document_id, event_ids))
            for source, of_source in by_source.items():
                await source.remove_published(of_source)


class Relay:
    """Moves events from the outboxes of `sources` to `publisher`. Any number may run on the same database."""

    name = "outbox"

    def __init__(
        self,
        sources: Sequence[OutboxSource],
        publisher: EventPublisher,
        *,
        sweep_every: float = SWEEP_SECONDS,
    ) -> None:
        self._sources = sources
        self._publisher = publisher
        self._sweep_every = sweep_every
        self._removals = Removals()
        self._new: list[tuple[OutboxSource, PendingEvents]] = []
        self._wake = asyncio.Event()
        self._sweep_requested = False

    def notify(self, source: OutboxSource, pending: PendingEvents) -> None:
        """Hand over the events of a write that was just stored; never blocks."""
        if len(self._new) < _MEMORY_LIMIT:
            self._new.append((source, pending))
        self._wake.set()

    def sweep_now(self) -> None:
        """Sweep at once: another process has written events."""
        self._sweep_requested = True
        self._wake.set()

    async def run(self) -> None:
        """Relay until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._removals.run(), name="outbox.removals")
            tasks.create_task(self._publish(), name="outbox.publish")

    async def _publish(self) -> None:
        loop = asyncio.get_running_loop()
        next_sweep = loop.time()
        while True:
            # Not wait_for: in Python 3.11 it loses a cancellation that coincides with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(next_sweep):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._publish_new(until=next_sweep)
                if self._sweep_requested or loop.time() >= next_sweep:
                    next_sweep = loop.time() + self._sweep_every
                    await self._sweep()
            except Unavailable:
                await asyncio.sleep(self._sweep_every)

    async def close(self) -> None:
        """Publish the events in memory, for at most 2 s; the rest stays in the database."""
        with contextlib.suppress(TimeoutError, Unavailable):
            async with asyncio.timeout(_FLUSH_TIMEOUT_SECONDS):
                await self._publish_new()
                await self._removals.flush()

    async def _publish_new(self, *, until: float | None = None) -> None:
        """Until nothing is left, or it is time for a sweep: under a steady load there is always something new."""
        while self._new and self._publisher.connected:
            if self._sweep_requested or (until is not None and asyncio.get_running_loop().time() >= until):
                return self._wake.set()
            batch, self._new = self._new[:MAX_BATCH], self._new[MAX_BATCH:]
            try:
                published = await self._relay(batch)
            except asyncio.CancelledError:
                self._new = batch + self._new  # close() publishes them again, under the same ids
                raise
            if not published:
                return self._new.clear()  # nothing gets through: the sweep retries, from the database
        if not self._publisher.connected:
            self._new.clear()
        return None

    async def _sweep(self) -> None:
        requested, self._sweep_requested = self._sweep_requested, False
        if not self._publisher.connected:
            return
        # Younger events are probably being published, by this process or by the one that wrote them.
        before = datetime.now(UTC) - timedelta(seconds=0 if requested else self._sweep_every)
        for source in self._sources:
            await self._sweep_source(source, before)

    async def _sweep_source(self, source: OutboxSource, before: datetime) -> None:
        while True:
            pending = await source.pending(before=before, limit=_SWEEP_LIMIT)
            got_through = await self._publish_in_batches(source, pending)
            await self._removals.flush()  # or the next read would find them again
            if len(pending) < _SWEEP_LIMIT or not got_through:
                return

    async def _publish_in_batches(self, source: OutboxSource, pending: Sequence[PendingEvents]) -> bool:
        """False when nothing of a batch gets through; then the others are not tried."""
        for start in range(0, len(pending), MAX_BATCH):
            if not await self._relay([(source, item) for item in pending[start : start + MAX_BATCH]]):
                return False
        return True

    async def _relay(self, batch: Sequence[tuple[OutboxSource, PendingEvents]]) -> int:
        """Publish a batch and have removed what was acknowledged; the number of events published."""
        envelopes = [envelope for _, item in batch for envelope in item.envelopes]
        if not envelopes:
            return 0
        stored = await self._publisher.publish(envelopes)
        for source, item in batch:
            if event_ids := [envelope.id for envelope in item.envelopes if envelope.id in stored]:
                self._removals.add(source, item.document_id, event_ids)
        return len(stored)
