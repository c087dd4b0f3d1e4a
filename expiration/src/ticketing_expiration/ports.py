"""What the use cases depend on: a store of due times, and timers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from ticketing_expiration.domain import Expiry, Firing


class ExpiryStore(Protocol):
    """Where due times are stored."""

    async def add(self, expiry: Expiry, *, fired_at: datetime | None = None) -> bool:
        """Store it, as fired when `fired_at` is given. False, and nothing changed, when the order is known."""

    async def add_all(self, expiries: Mapping[Expiry, str]) -> None:
        """Store those that are not known yet, in one request, each with the `traceparent` of its event to come."""

    async def fire(self, *, due_until: datetime, now: datetime) -> Firing:
        """Mark each order due by `due_until` as fired and store its event, in one write per document."""

    async def count_pending(self) -> int:
        """How many orders have not fired."""

    async def purge(self, *, fired_before: datetime, limit: int) -> int:
        """Delete up to `limit` orders that fired before that and have published their events; how many."""


class Timers(Protocol):
    """Fire on time, with best effort: the sweep is the guarantee."""

    def set(self, due_second: int) -> None:
        """At `due_second` (since the epoch), fire the orders due by then. Returns at once and never fails."""
