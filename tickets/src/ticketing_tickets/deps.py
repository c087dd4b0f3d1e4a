"""What the routes ask for, by type."""

from typing import Annotated, Literal

from fastapi import Depends, Query, Request

from ticketing_common.web.sessions import find_user, require_user
from ticketing_tickets.use_cases import Tickets


async def _tickets(request: Request) -> Tickets:
    request.app.state.database.require_ready()
    tickets: Tickets = request.app.state.tickets
    return tickets


async def _seller_id(
    request: Request,
    seller: Annotated[Literal["me"] | None, Query(description="One's own tickets, in every state")] = None,
) -> str | None:
    """Whose tickets are asked for; the session is looked at only where it matters."""
    if seller is None:
        return None
    return (await require_user(await find_user(request))).id


TicketsDep = Annotated[Tickets, Depends(_tickets)]
SellerId = Annotated[str | None, Depends(_seller_id)]
