"""/api/tickets/{id}/alert and /api/tickets/alerts: to be told when a reserved ticket is available."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import WithJsonSchema

from ticketing_common.errors import InvalidRequest
from ticketing_common.ids import is_id
from ticketing_common.web import (
    CurrencyDep,
    Id,
    NewId,
    Now,
    SessionDep,
    UserId,
    api_router,
    from_database,
    json_response,
)
from ticketing_common.web.openapi import ID_SCHEMA
from ticketing_common.web.paging import PageDep
from ticketing_tickets.alerts import use_cases
from ticketing_tickets.alerts.ports import AlertDeps
from ticketing_tickets.alerts.schemas import AlertOut, alert_out

router = api_router("tickets")
AlertsDep = Annotated[AlertDeps, Depends(from_database("alerts"))]


async def _ticket_id(
    ticket_id: Annotated[
        str | None, Query(alias="ticketId", description="Only the alert for this ticket"), WithJsonSchema(ID_SCHEMA)
    ] = None,
) -> str | None:
    if ticket_id is not None and not is_id(ticket_id):
        raise InvalidRequest("ticketId must be an id: 24 hex digits.", field="ticketId")
    return ticket_id


TicketId = Annotated[str | None, Depends(_ticket_id)]


@router.get("/alerts", response_model=list[AlertOut])
async def list_alerts(
    user_id: UserId,
    deps: AlertsDep,
    page: PageDep,
    currency: CurrencyDep,
    request: Request,
    ticket_id: TicketId,
) -> Response:
    """The user's own alerts, newest first; those that have ended are kept for some weeks."""
    found = await use_cases.list_alerts(
        deps, user_id=user_id, ticket_id=ticket_id, after=page.after, limit=page.limit + 1
    )
    shown = [alert_out(alert, ticket, currency) for alert, ticket in found[: page.limit]]
    return json_response(shown, headers=page.next_link([alert for alert, _ in found], request))


@router.put("/{ticket_id}/alert", response_model=AlertOut)
async def request_alert(
    ticket_id: Id, session: SessionDep, deps: AlertsDep, new_id: NewId, now: Now, currency: CurrencyDep
) -> Response:
    """Be told once when the ticket, which is reserved by another user, is available again."""
    alert, ticket = await use_cases.request_alert(
        deps, alert_id=new_id, ticket_id=ticket_id, user_id=session.id, email=session.email, now=now
    )
    return json_response(alert_out(alert, ticket, currency))


@router.delete("/{ticket_id}/alert", status_code=204)
async def withdraw_alert(ticket_id: Id, user_id: UserId, deps: AlertsDep) -> None:
    """Delete the user's own alert for the ticket, if there is one."""
    await use_cases.withdraw_alert(deps, ticket_id=ticket_id, user_id=user_id)
