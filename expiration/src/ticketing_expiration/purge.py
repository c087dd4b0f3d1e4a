"""Deletes what has fired and is no longer needed."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from ticketing_common.clock import utc_now
from ticketing_common.errors import Unavailable
from ticketing_expiration.ports import ExpiryStore

log = structlog.get_logger(__name__)

# Longer than any redelivery: until then a repeated order.created finds its order fired and changes nothing. After it
# the order would fire once more, which orders ignores.
RETENTION = timedelta(days=7)
# Orders per delete: a fraction of a second of the database's time.
BATCH = 5_000
INTERVAL_SECONDS = 3_600.0
PAUSE_SECONDS = 1.0
RETRY_SECONDS = 60.0


class Purge:
    """Each hour deletes, in batches, what fired longer ago than `RETENTION`. Replicas may run concurrently."""

    name = "purge"

    def __init__(self, store: ExpiryStore, *, now: Callable[[], datetime] = utc_now) -> None:
        self._store = store
        self._now = now

    async def run(self) -> None:
        """Purge until cancelled, through outages of the database."""
        # Wait first: after an error of our own this starts anew, and must not repeat it each second.
        wait = RETRY_SECONDS
        while True:
            await asyncio.sleep(wait)
            wait = await self.purge()

    async def close(self) -> None:
        """Nothing to release."""

    async def purge(self) -> float:
        """Delete one batch; the seconds until the next one."""
        try:
            count = await self._store.purge(fired_before=self._now() - RETENTION, limit=BATCH)
        except Unavailable:
            return RETRY_SECONDS
        if count:
            log.info("expirations.purged", count=count)
        return INTERVAL_SECONDS if count < BATCH else PAUSE_SECONDS
