"""Counts the reservations that have not expired yet."""

from ticketing_common.monitor import Monitor
from ticketing_expiration.metrics import PENDING
from ticketing_expiration.ports import ExpiryStore


class PendingMonitor(Monitor):
    """Exports the count."""

    name = "pending-monitor"
    gauges = (PENDING,)

    def __init__(self, store: ExpiryStore) -> None:
        self._store = store

    async def measure(self) -> None:
        PENDING.set(await self._store.count_pending())
