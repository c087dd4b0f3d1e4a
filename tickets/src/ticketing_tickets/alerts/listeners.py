"""The events that alerts consumes: a ticket is free again, and an account was deleted."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from ticketing_common.events import Received, SessionRevoked, TicketStep, TicketUpdated
from ticketing_common.messaging import BatchListener, Listener
from ticketing_tickets.alerts import use_cases
from ticketing_tickets.alerts.ports import AlertDeps

# None: a release that did not record the step.
_MAY_BE_FREE = (TicketStep.FREED, None)


class TicketFreedListener(BatchListener[TicketUpdated]):
    """Notify the users who wait for a ticket that was freed."""

    event = TicketUpdated
    durable = "tickets-availability-alerts"

    def __init__(self, deps: AlertDeps, *, now: Callable[[], datetime]) -> None:
        self._deps = deps
        self._now = now

    async def handle(self, event: TicketUpdated) -> None:
        await self._settle([event])

    async def handle_batch(self, batch: Sequence[Received[TicketUpdated]]) -> Collection[Received[TicketUpdated]]:
        await self._settle([received.event for received in batch])
        return ()

    async def _settle(self, events: Sequence[TicketUpdated]) -> None:
        freed = {event.id for event in events if event.step in _MAY_BE_FREE}
        if freed:
            await use_cases.settle_alerts(self._deps, freed, now=self._now())


class AccountDeletedListener(Listener[SessionRevoked]):
    """Delete the alerts of a user whose account was deleted."""

    event = SessionRevoked
    durable = "tickets-alerts-account-deleted"

    def __init__(self, deps: AlertDeps) -> None:
        self._deps = deps

    async def handle(self, event: SessionRevoked) -> None:
        if event.account_deleted:
            await use_cases.forget_user(self._deps, user_id=event.user_id)
