"""Responses of the routes of alerts."""

from datetime import datetime
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from ticketing_common.currency import Currency
from ticketing_common.web import Id
from ticketing_tickets.alerts.domain import Alert, AlertState, current_state
from ticketing_tickets.domain import Ticket
from ticketing_tickets.schemas import TicketOut, ticket_out


class AlertOut(TypedDict):
    """An alert and its ticket. `at` is present once the alert has ended: when, and `state` says how."""

    id: Id
    ticket: TicketOut
    state: Annotated[AlertState, Field(description="`waiting`, or how it ended")]
    createdAt: datetime
    at: NotRequired[datetime]


def alert_out(alert: Alert, ticket: Ticket, currency: Currency) -> AlertOut:
    """The alert as the API shows it."""
    shown: AlertOut = {
        "id": alert.id,
        "ticket": ticket_out(ticket, currency),
        "state": current_state(alert, ticket),
        "createdAt": alert.created_at,
    }
    if alert.at is not None:
        shown["at"] = alert.at
    return shown
