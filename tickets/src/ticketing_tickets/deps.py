"""Dependencies of the routes, by type."""

from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from pydantic import WithJsonSchema

from ticketing_common.web import from_database
from ticketing_common.web.sessions import PageUser, require_user
from ticketing_tickets.ports import TicketStore


async def _seller_id(
    request: Request,
    seller: Annotated[
        Literal["me"] | None,
        Query(description="The signed-in user's own tickets, in every state"),
        WithJsonSchema({"const": "me"}),
    ] = None,
    page_user: PageUser = None,
) -> str | None:
    """The seller to list; anonymous requests for the public list need no session."""
    if seller is None:
        return None
    return require_user(request, page_user).id


StoreDep = Annotated[TicketStore, Depends(from_database("store"))]
SellerId = Annotated[str | None, Depends(_seller_id)]
