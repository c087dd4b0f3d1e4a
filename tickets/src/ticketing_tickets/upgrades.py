"""The background tasks that complete what an earlier release writes, which runs beside this one during a rollout."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from ticketing_common.errors import Unavailable
from ticketing_common.mongo import Database
from ticketing_tickets import domain
from ticketing_tickets.events import withdrawn
from ticketing_tickets.store import MongoTicketStore

log = structlog.get_logger(__name__)

Step = Callable[[str | None], Awaitable[tuple[str | None, int]]]
"""Takes where the step before ended; returns where this one did, None at the end, and how many tickets it changed."""

# During a rollout the earlier release still writes, for minutes at most.
_PASSES_AFTER_SECONDS = (0, 60, 600)
_RETRY_SECONDS = 1.0
# Between steps of some milliseconds, so that a pass does not delay requests.
_PAUSE_SECONDS = 0.05
_WITHDRAWN_AT_ONCE = 100


class Upgrade:
    """Goes through tickets, step by step, some times after each start of a process."""

    def __init__(self, what: str, database: Database, step: Step) -> None:
        self.name = f"{what}-upgrade"
        self._what = what
        self._database = database
        self._step = step

    async def run(self) -> None:
        """Upgrade all, through outages of the database."""
        for seconds in _PASSES_AFTER_SECONDS:
            await asyncio.sleep(seconds)
            await self.upgrade_all()

    async def upgrade_all(self) -> None:
        """One pass, in which others may change tickets."""
        before: str | None = None
        upgraded = 0
        while True:
            try:
                self._database.require_ready()
                before, count = await self._step(before)
            except Unavailable:
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            upgraded += count
            if before is None:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
        if upgraded:
            log.info("tickets.upgraded", what=self._what, tickets=upgraded)

    async def close(self) -> None:
        """Nothing to finish: the next start continues."""


def upgrades(database: Database, store: MongoTicketStore) -> tuple[Upgrade, ...]:
    """All of them."""
    return (
        Upgrade("terms", database, store.upgrade_terms),
        Upgrade("withdrawals", database, partial(restore_withdrawals, store)),
    )


async def restore_withdrawals(store: MongoTicketStore, _before: str | None) -> tuple[str | None, int]:
    """Take withdrawn tickets off sale again, and say so, that a release without withdrawals has put on sale."""
    relisted = await store.find_relisted(limit=_WITHDRAWN_AT_ONCE)
    for ticket in relisted:
        again = domain.withdraw_again(ticket)
        await store.save(again, expected=ticket, event=withdrawn(again))
    return relisted[-1].id if len(relisted) == _WITHDRAWN_AT_ONCE else None, len(relisted)
