"""Orphan reservations: orders that nobody released although their time is over. There must be none; alert on them."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from ticketing_common.clock import utc_now
from ticketing_common.errors import Unavailable
from ticketing_orders.metrics import ORPHANS

log = structlog.get_logger(__name__)

# Expiration's sweep fires two seconds after the time, and a restart of a process takes some more.
GRACE = timedelta(seconds=30)
EVERY_SECONDS = 10.0


class OpenOrders(Protocol):
    """Where unpaid orders can be counted."""

    async def count_open(self, *, due_before: datetime) -> int:
        """How many unpaid orders hold a ticket whose time was over before that (capped)."""


class OrphanWatch:
    """A part of the service: exports the count, and logs one that is not zero."""

    name = "orphans"

    def __init__(self, orders: OpenOrders, *, every: float = EVERY_SECONDS) -> None:
        self._orders = orders
        self._every = every

    async def run(self) -> None:
        """Count for ever, through outages of the database."""
        while True:
            try:
                await self.look(utc_now())
            except Unavailable as error:
                log.info("orphans.database_away", error=error.message)
            await asyncio.sleep(self._every)

    async def close(self) -> None:
        """Nothing to finish."""

    async def look(self, now: datetime) -> int:
        """Count once."""
        count = await self._orders.count_open(due_before=now - GRACE)
        ORPHANS.set(count)
        if count:
            log.error("orphans.found", count=count, hint="is expiration running and its stream moving?")
        return count
