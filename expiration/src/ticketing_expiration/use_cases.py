"""Watch an order until its time has run out, and say so once."""

from datetime import datetime, timedelta
from typing import Protocol

import structlog

from ticketing_expiration.domain import Expiry, FiredBy, Firing
from ticketing_expiration.metrics import FIRED, LATENESS_SECONDS

log = structlog.get_logger(__name__)


class Expiries(Protocol):
    """Where due times are kept."""

    async def add(self, expiry: Expiry, *, fired_at: datetime | None = None) -> bool:
        """Store it, as fired when `fired_at` is given. False, and nothing changed, when the order is known."""

    async def fire(self, *, due_until: datetime, now: datetime) -> Firing:
        """Fire what is due at `due_until` or before and has not fired: mark it and store its event, in one write."""


class Timers(Protocol):
    """What fires in time. It promises nothing: the sweep does."""

    def set(self, due_second: int) -> None:
        """Fire what is due at `due_second` (since the epoch) then. Returns at once and never fails."""


async def watch_order(expiries: Expiries, timers: Timers, expiry: Expiry, *, now: datetime) -> None:
    """Remember when the order is due and set a timer; one that is due already fires in the same write.

    Safe to call again: the timer is set anew, since the first call may have died before it did.
    """
    if expiry.is_due(now):
        if await expiries.add(expiry, fired_at=now):
            _tell(Firing(1, [(now - expiry.due_at).total_seconds()]), by=FiredBy.ARRIVAL)
        return
    await expiries.add(expiry)
    timers.set(expiry.due_second)


async def fire_due(expiries: Expiries, *, now: datetime, by: FiredBy, grace: timedelta = timedelta(0)) -> int:
    """Fire every order that has been due for `grace` or longer; how many that were."""
    firing = await expiries.fire(due_until=now - grace, now=now)
    if firing.count:
        _tell(firing, by=by)
    return firing.count


def _tell(firing: Firing, *, by: FiredBy) -> None:
    FIRED.labels(by.value).inc(firing.count)
    for seconds in firing.lateness:
        LATENESS_SECONDS.observe(seconds)
    log.info("expiration.fired", count=firing.count, by=by.value, oldest_late_seconds=round(firing.oldest, 3))
