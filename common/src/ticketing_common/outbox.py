"""The outbox relay: events wait inside the documents that caused them until JetStream has acknowledged them.

A use case is one write of state and events together. After it the relay of the same process gets the events from
memory, publishes them in one pipelined batch and pulls what was acknowledged in one bulk write. Each second a sweep
reads what a crash, a broken connection or another process left behind. Publishing twice is harmless: the event's id
is the dedup key, and hearers are idempotent.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from ticketing_common.errors import Unavailable
from ticketing_common.events import Envelope
from ticketing_common.messaging import EventPublisher
from ticketing_common.observability.metrics import OUTBOX_WAITING

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 1.0
BATCH = 256
# Past this many unpublished writes in memory (the broker is away), they are left to the sweep.
_MEMORY_LIMIT = 10_000
_FLUSH_WITHIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class PendingEvents:
    """A document's unpublished events."""

    document_id: str
    envelopes: Sequence[Envelope]


class OutboxSource(Protocol):
    """A collection whose documents have an `outbox` array."""

    async def pending(self, *, before: datetime, limit: int) -> list[PendingEvents]:
        """Documents whose oldest waiting event occurred before `before`, oldest first."""

    async def remove_published(self, published: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Remove the published events, given as (document id, event ids)."""


class Relay:
    """Moves events from the outboxes of `sources` to `publisher`. Any number may run over the same database."""

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
        self._new: list[tuple[OutboxSource, PendingEvents]] = []
        self._wake = asyncio.Event()
        self._sweep_at_once = False

    def notify(self, source: OutboxSource, waiting: PendingEvents) -> None:
        """Tell of a write that has just been stored; costs the caller nothing."""
        if len(self._new) < _MEMORY_LIMIT:
            self._new.append((source, waiting))
        self._wake.set()

    def sweep_now(self) -> None:
        """Look into the database at once: another process wrote events there."""
        self._sweep_at_once = True
        self._wake.set()

    async def run(self) -> None:
        """Relay for ever."""
        loop = asyncio.get_running_loop()
        next_sweep = loop.time()
        while True:
            # Not wait_for: in Python 3.11 it loses a cancellation that comes together with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(next_sweep):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._publish_new()
                if self._sweep_at_once or loop.time() >= next_sweep:
                    next_sweep = loop.time() + self._sweep_every
                    await self._sweep()
            except Unavailable as error:
                log.info("outbox.database_away", error=error.message)
                await asyncio.sleep(self._sweep_every)

    async def close(self) -> None:
        """Publish what is at hand, for at most 2 s; what is left waits in the database."""
        with contextlib.suppress(TimeoutError, Unavailable):
            await asyncio.wait_for(self._publish_new(), _FLUSH_WITHIN_SECONDS)

    async def _publish_new(self) -> None:
        while self._new and self._publisher.connected:
            batch, self._new = self._new[:BATCH], self._new[BATCH:]
            try:
                await self._relay(batch)
            except asyncio.CancelledError:
                self._new = batch + self._new  # close() publishes them again, under the same ids
                raise
        if not self._publisher.connected:
            self._new.clear()

    async def _sweep(self) -> None:
        at_once, self._sweep_at_once = self._sweep_at_once, False
        if not self._publisher.connected:
            return
        # What is younger is most likely on its way, by this process or the one that wrote it.
        before = datetime.now(UTC) - timedelta(seconds=0 if at_once else self._sweep_every)
        seen = 0
        for source in self._sources:
            seen += await self._sweep_source(source, before)
        OUTBOX_WAITING.set(seen)

    async def _sweep_source(self, source: OutboxSource, before: datetime) -> int:
        seen = 0
        while True:
            waiting = await source.pending(before=before, limit=BATCH)
            seen += len(waiting)
            published = await self._relay([(source, item) for item in waiting])
            if len(waiting) < BATCH or not published:
                return seen

    async def _relay(self, batch: Sequence[tuple[OutboxSource, PendingEvents]]) -> int:
        """Publish a batch and pull what was acknowledged; the number of events published."""
        envelopes = [envelope for _, item in batch for envelope in item.envelopes]
        if not envelopes:
            return 0
        stored = await self._publisher.publish(envelopes)
        for source in self._sources:
            done = [
                (item.document_id, ids)
                for owner, item in batch
                if owner is source and (ids := [e.id for e in item.envelopes if e.id in stored])
            ]
            if done:
                await source.remove_published(done)
        return len(stored)
