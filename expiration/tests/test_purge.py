"""What has fired is deleted in batches, and a delete that fails is not repeated at once."""

from datetime import datetime

from expiration.tests.test_use_cases import InMemoryExpiryStore

from ticketing_common.errors import Unavailable
from ticketing_expiration.purge import BATCH, INTERVAL_SECONDS, PAUSE_SECONDS, RETENTION, RETRY_SECONDS, Purge

NOW = datetime.fromisoformat("2026-11-26T12:00:00+00:00")


class FiredOrders(InMemoryExpiryStore):
    """So many orders to delete, in a database that may be away."""

    def __init__(self, orders: int) -> None:
        super().__init__()
        self.orders = orders
        self.away = False

    async def purge(self, *, fired_before: datetime, limit: int) -> int:
        if self.away:
            raise Unavailable
        assert fired_before == NOW - RETENTION
        count = min(self.orders, limit)
        self.orders -= count
        return count


async def test_backlog_is_deleted_in_batches() -> None:
    store = FiredOrders(2 * BATCH + 1)
    purge = Purge(store, now=lambda: NOW)
    pauses = [await purge.purge() for _ in range(3)]
    assert pauses == [PAUSE_SECONDS, PAUSE_SECONDS, INTERVAL_SECONDS]
    assert store.orders == 0


async def test_failed_delete_is_not_repeated_at_once() -> None:
    store = FiredOrders(1)
    purge, store.away = Purge(store, now=lambda: NOW), True
    assert [await purge.purge() for _ in range(2)] == [RETRY_SECONDS, RETRY_SECONDS]
    store.away = False
    assert await purge.purge() == INTERVAL_SECONDS
