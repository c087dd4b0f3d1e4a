"""Schedule an order's expiration, and fire it once."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from ticketing_expiration.domain import Expiry, FiredBy, Firing
from ticketing_expiration.metrics import FIRED, LATENESS_SECONDS
from ticketing_expiration.ports import ExpiryStore, Timers

log = structlog.get_logger(__name__)


async def schedule_expiration(store: ExpiryStore, timers: Timers, expiry: Expiry, *, now: datetime) -> None:
    """Store when the order is due and set a timer; one that is already due fires in the same write.

    A repeated call sets the timer again, since the first one may have crashed before it did.
    """
    if expiry.is_due(now):
        if await store.add(expiry, fired_at=now):
            _record(Firing(1, [(now - expiry.due_at).total_seconds()]), by=FiredBy.ARRIVAL)
        return
    await store.add(expiry)
    timers.set(expiry.due_second)


async def schedule_expirations(store: ExpiryStore, timers: Timers, expiries: Mapping[Expiry, str]) -> None:
    """As `schedule_expiration`, for orders that are not due yet, in one write. With the trace of each."""
    await store.add_all(expiries)
    for due_second in {expiry.due_second for expiry in expiries}:
        timers.set(due_second)


async def fire_due(store: ExpiryStore, *, now: datetime, by: FiredBy, grace: timedelta = timedelta(0)) -> int:
    """Fire every order that has been due for `grace` or longer; how many."""
    firing = await store.fire(due_until=now - grace, now=now)
    if firing.count:
        _record(firing, by=by)
    return firing.count


def _record(firing: Firing, *, by: FiredBy) -> None:
    FIRED.labels(by.value).inc(firing.count)
    for seconds in firing.lateness:
        LATENESS_SECONDS.observe(seconds)
    log.info("expiration.fired", count=firing.count, by=by.value, max_lateness_seconds=round(firing.max_lateness, 3))
