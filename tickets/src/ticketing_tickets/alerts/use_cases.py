"""Requests for alerts, and one notification for each. Each use case writes one alert at a time."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

import structlog

from ticketing_common.concurrency import update
from ticketing_common.ids import is_id
from ticketing_tickets.alerts import metrics
from ticketing_tickets.alerts.domain import Alert, AlertState, end_for, require_reserved
from ticketing_tickets.alerts.ports import AlertDeps
from ticketing_tickets.domain import Availability, NoSuchTicket, Ticket
from ticketing_tickets.use_cases import get_ticket

log = structlog.get_logger(__name__)

NOTIFY_TIMEOUT_SECONDS = 10.0


async def request_alert(
    deps: AlertDeps, *, alert_id: str, ticket_id: str, user_id: str, email: str, now: datetime
) -> tuple[Alert, Ticket]:
    """Have the user notified once when the ticket is available. The alert that waits already, if there is one.

    Raises NoSuchTicket, OwnTicket, AlreadySold or NotReserved. A reservation that ends before the alert can be found
    is noticed by `settle_all`.
    """
    ticket = await get_ticket(deps.tickets, ticket_id, viewer=lambda: user_id)
    require_reserved(ticket, user_id=user_id)
    to_the_second = now.replace(microsecond=0)  # MongoDB would round it: the response has what is stored
    requested = Alert(id=alert_id, ticket_id=ticket_id, user_id=user_id, email=email, created_at=to_the_second)
    return await _store(deps, requested), ticket


async def list_alerts(
    deps: AlertDeps, *, user_id: str, ticket_id: str | None, after: str | None, limit: int
) -> list[tuple[Alert, Ticket]]:
    """The user's alerts with their tickets, newest first; with `ticket_id` only that for this ticket."""
    alerts = await _find(deps, user_id=user_id, ticket_id=ticket_id, after=after, limit=limit)
    tickets = {ticket.id: ticket for ticket in await deps.tickets.find_all({alert.ticket_id for alert in alerts})}
    return [(alert, tickets[alert.ticket_id]) for alert in alerts if alert.ticket_id in tickets]


async def withdraw_alert(deps: AlertDeps, *, ticket_id: str, user_id: str) -> None:
    """Delete the user's alert for the ticket, if there is one; NoSuchTicket if this cannot be the id of a ticket."""
    if not is_id(ticket_id):
        raise NoSuchTicket
    await deps.alerts.remove(ticket_id, user_id)


async def forget_user(deps: AlertDeps, *, user_id: str) -> None:
    """Delete all alerts of a user whose account was deleted."""
    await deps.alerts.remove_all(user_id)


async def settle_alerts(deps: AlertDeps, ticket_ids: Iterable[str], *, now: datetime) -> None:
    """Notify the users who wait for a ticket that is on sale now; end the alerts for one that is sold or withdrawn."""
    for ticket_id in set(await deps.alerts.awaited(ticket_ids)):
        await _settle(deps, ticket_id, now)


async def settle_all(deps: AlertDeps, *, now: datetime) -> int:
    """As `settle_alerts`, for every ticket for which alerts wait; how many waited.

    Nothing else notices a sale or a withdrawal, an alert that came too late for the event, and what a crash left.
    """
    awaited = await deps.alerts.awaited()
    for ticket in await deps.tickets.find_all(set(awaited)):
        if ticket.availability is not Availability.RESERVED:
            await _settle(deps, ticket.id, now)
    return len(awaited)


async def _find(deps: AlertDeps, *, user_id: str, ticket_id: str | None, after: str | None, limit: int) -> list[Alert]:
    if ticket_id is None:
        return await deps.alerts.find_by_user(user_id, after=after, limit=limit)
    alert = await deps.alerts.find(ticket_id, user_id)
    return [alert] if alert else []


async def _store(deps: AlertDeps, requested: Alert) -> Alert:
    async def find() -> Alert | None:
        return await deps.alerts.find(requested.ticket_id, requested.user_id)

    async def save(before: Alert | None, after: Alert) -> bool:
        if before is None:
            return await deps.alerts.add(after)
        return await deps.alerts.renew(after, expected=before)

    def decide(stored: Alert | None) -> Alert:
        return stored if stored and stored.state is AlertState.WAITING else requested

    return await update(find, decide, save)


async def _settle(deps: AlertDeps, ticket_id: str, now: datetime) -> None:
    """The ticket as it is now decides, not the event: that may be old."""
    ticket = await deps.tickets.find(ticket_id)
    while ticket is not None and ticket.availability is Availability.ON_SALE:
        alert = await deps.alerts.next_waiting(ticket_id)
        if alert is None:
            return
        if await deps.alerts.claim(alert, now=now):
            ticket = await _notify_if_on_sale(deps, alert)
    if ticket is not None and (end := end_for(ticket)):
        await deps.alerts.end(ticket_id, end, now=now)


async def _notify_if_on_sale(deps: AlertDeps, alert: Alert) -> Ticket | None:
    """The ticket, which may have been reserved or sold since it was looked at: then the alert waits on."""
    ticket = await deps.tickets.find(alert.ticket_id)
    if ticket is not None and ticket.availability is Availability.ON_SALE:
        await _notify(deps, alert, ticket)
    else:
        await deps.alerts.unclaim(alert)
    return ticket


async def _notify(deps: AlertDeps, alert: Alert, ticket: Ticket) -> None:
    """At most once: whatever the notifier does, the alert stays claimed, and the next one's turn comes."""
    try:
        async with asyncio.timeout(NOTIFY_TIMEOUT_SECONDS):
            await deps.notifier.ticket_available(alert, ticket)
    except Exception:
        metrics.FAILED.inc()
        log.exception("availability_alert.failed", alert_id=alert.id, ticket_id=ticket.id, user_id=alert.user_id)
    else:
        metrics.SENT.inc()
