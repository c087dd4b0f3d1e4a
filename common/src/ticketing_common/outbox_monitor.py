"""The metrics of the outboxes. A task of its own: they are true whatever keeps the relay from publishing."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ticketing_common.monitor import Monitor
from ticketing_common.observability.metrics import OUTBOX_OLDEST_AGE, OUTBOX_PENDING
from ticketing_common.outbox import OutboxSource


class OutboxMonitor(Monitor):
    """Counts what is unpublished in `sources`, by whichever process it was written."""

    name = "outbox-monitor"
    gauges = (OUTBOX_PENDING, OUTBOX_OLDEST_AGE)

    def __init__(self, sources: Sequence[OutboxSource], *, interval: float = 1.0) -> None:
        self._sources = sources
        self.interval = interval

    async def measure(self) -> None:
        backlogs = [await source.backlog() for source in self._sources]
        oldest = min((backlog.oldest for backlog in backlogs if backlog.oldest), default=None)
        OUTBOX_PENDING.set(sum(backlog.events for backlog in backlogs))
        OUTBOX_OLDEST_AGE.set((datetime.now(UTC) - oldest).total_seconds() if oldest else 0)
