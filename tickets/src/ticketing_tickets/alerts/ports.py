"""What the use cases of alerts depend on: their store, the tickets, and the notifier."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ticketing_tickets.alerts.domain import Alert, AlertState
from ticketing_tickets.domain import Ticket
from ticketing_tickets.ports import TicketStore


class AlertStore(Protocol):
    """Where alerts are stored. Only one that waits can be claimed or ended."""

    async def add(self, alert: Alert) -> bool:
        """Store a new alert; False if the user has one for the ticket."""

    async def renew(self, alert: Alert, *, expected: Alert) -> bool:
        """Store a new request over one that has ended; False if that is no longer stored."""

    async def find(self, ticket_id: str, user_id: str) -> Alert | None:
        """The user's alert for the ticket."""

    async def find_by_user(self, user_id: str, *, after: str | None, limit: int) -> list[Alert]:
        """The user's alerts in every state, newest first, starting after the one with the id `after`."""

    async def next_waiting(self, ticket_id: str) -> Alert | None:
        """Of the alerts that wait for the ticket, the oldest."""

    async def awaited(self, ticket_ids: Iterable[str] | None = None) -> list[str]:
        """The ids of tickets, of these or of all, for which alerts wait: one for each alert."""

    async def claim(self, alert: Alert, *, now: datetime) -> bool:
        """Record that the user is notified, and remove the e-mail address; False if the alert no longer waits."""

    async def unclaim(self, alert: Alert) -> None:
        """Let a claimed alert wait again, as it did before."""

    async def end(self, ticket_id: str, state: AlertState, *, now: datetime) -> None:
        """End all alerts that wait for the ticket, and remove their e-mail addresses."""

    async def remove(self, ticket_id: str, user_id: str) -> None:
        """Delete the user's alert for the ticket."""

    async def remove_all(self, user_id: str) -> None:
        """Delete all alerts of the user."""


class Notifier(Protocol):
    """Notifies users that a ticket is available, by e-mail for example."""

    async def ticket_available(self, alert: Alert, ticket: Ticket) -> None:
        """Notify the user of the alert, at `alert.email`. Called at most once per alert, also when it raises.

        The next user is notified when it returns, after ten seconds at most.
        """


@dataclass(frozen=True, slots=True)
class AlertDeps:
    """What the use cases of alerts work with."""

    tickets: TicketStore
    alerts: AlertStore
    notifier: Notifier
