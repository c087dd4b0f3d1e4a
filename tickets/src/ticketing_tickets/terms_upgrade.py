"""The background task that gives terms to tickets whose titles an earlier release wrote."""

import asyncio

import structlog

from ticketing_common.errors import Unavailable
from ticketing_common.mongo import Database
from ticketing_tickets.store import MongoTicketStore

log = structlog.get_logger(__name__)

# During a rollout the earlier release still writes, for minutes at most.
_PASSES_AFTER_SECONDS = (0, 60, 600)
_RETRY_SECONDS = 1.0
# Between steps of some milliseconds, so that a pass does not delay requests.
_PAUSE_SECONDS = 0.05


class TermsUpgrade:
    """Goes through all tickets on sale, some times after each start of a process."""

    name = "terms-upgrade"

    def __init__(self, database: Database, store: MongoTicketStore) -> None:
        self._database = database
        self._store = store

    async def run(self) -> None:
        """Upgrade all, through outages of the database."""
        for seconds in _PASSES_AFTER_SECONDS:
            await asyncio.sleep(seconds)
            await self.upgrade_all()

    async def upgrade_all(self) -> None:
        """One pass, newest first, in which others may change tickets."""
        before: str | None = None
        upgraded = 0
        while True:
            try:
                self._database.require_ready()
                before, count = await self._store.upgrade_terms(before)
            except Unavailable:
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            upgraded += count
            if before is None:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
        if upgraded:
            log.info("tickets.terms_upgraded", tickets=upgraded)

    async def close(self) -> None:
        """Nothing to finish: the next start continues."""
