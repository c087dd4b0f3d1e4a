"""An availability alert, and who may ask for one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ticketing_common.errors import InvalidState
from ticketing_tickets.domain import Availability, Ticket


class AlertState(StrEnum):
    """WAITING until it ends: the user was told, or the ticket was sold or withdrawn."""

    WAITING = "waiting"
    NOTIFIED = "notified"
    SOLD = "sold"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Alert:
    """A user's request to be told when a ticket is available. There is one per user and ticket; asking again renews it.

    `id` grows with time and is new with each request. `email` is only stored while the alert waits. `at` is when it
    ended.
    """

    id: str
    ticket_id: str
    user_id: str
    email: str | None
    created_at: datetime
    state: AlertState = AlertState.WAITING
    at: datetime | None = None


_ENDS = {Availability.SOLD: AlertState.SOLD, Availability.WITHDRAWN: AlertState.WITHDRAWN}


class OwnTicket(InvalidState):
    """Sellers see on their own page what happens to their tickets."""

    message = "This is your own ticket."


class NotReserved(InvalidState):
    """There is nothing to wait for."""

    message = "This ticket is available now."


class AlreadySold(InvalidState):
    """The ticket will not be available again."""

    message = "This ticket is sold."


def require_reserved(ticket: Ticket, *, user_id: str) -> None:
    """OwnTicket, AlreadySold or NotReserved if the user cannot wait for the ticket."""
    if ticket.user_id == user_id:
        raise OwnTicket
    if ticket.availability is Availability.SOLD:
        raise AlreadySold
    if ticket.availability is not Availability.RESERVED:
        raise NotReserved


def end_for(ticket: Ticket) -> AlertState | None:
    """How the alerts that wait for the ticket end; None while it may become available."""
    return _ENDS.get(ticket.availability)


def current_state(alert: Alert, ticket: Ticket) -> AlertState:
    """The alert's state, also when it is not stored yet that the ticket was sold or withdrawn."""
    return (end_for(ticket) if alert.state is AlertState.WAITING else None) or alert.state
