"""Counts reservations that were not released although they expired. Must be 0: alert on it."""

from datetime import datetime, timedelta

import structlog

from ticketing_common.clock import utc_now
from ticketing_common.monitor import Monitor
from ticketing_orders.metrics import ORDERS_OVERDUE
from ticketing_orders.ports import OrderStore

log = structlog.get_logger(__name__)

# Expiration's sweep fires two seconds after the expiry, and a process restart takes some more.
GRACE = timedelta(seconds=30)


class OverdueReservationMonitor(Monitor):
    """Exports the count, and logs one that has grown."""

    name = "overdue-reservation-monitor"
    gauges = (ORDERS_OVERDUE,)

    def __init__(self, store: OrderStore) -> None:
        self._store = store
        self._logged = 0

    async def measure(self) -> None:
        await self.check(utc_now())

    async def check(self, now: datetime) -> int:
        """The number of overdue reservations."""
        count = await self._store.count_open(due_before=now - GRACE)
        ORDERS_OVERDUE.set(count)
        if count > self._logged:
            log.error("orders.overdue_found", count=count, hint="is expiration running, and its consumer not stuck?")
        self._logged = count
        return count
