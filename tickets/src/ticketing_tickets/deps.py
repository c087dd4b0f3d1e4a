"""Dependencies of the routes, by type."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from pydantic import WithJsonSchema

from ticketing_common.errors import InvalidRequest
from ticketing_common.web import from_database
from ticketing_common.web.sessions import PageUser, find_user, require_user
from ticketing_tickets.domain import Availability
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


async def _state(
    request: Request,
    state: Annotated[
        Availability | None,
        Query(description="Only those in this state; with `seller=me`"),
        WithJsonSchema({"enum": list(Availability)}),
    ] = None,
) -> Availability | None:
    if state is not None and "seller" not in request.query_params:
        raise InvalidRequest("state selects among one's own tickets: it needs seller=me.", field="state")
    return state


async def _viewer(request: Request, page_user: PageUser = None) -> Callable[[], str | None]:
    """Most tickets look the same to everybody: only for the others the session is read."""

    def viewer() -> str | None:
        user = find_user(request, page_user)
        return user.id if user else None

    return viewer


StoreDep = Annotated[TicketStore, Depends(from_database("store"))]
SellerId = Annotated[str | None, Depends(_seller_id)]
State = Annotated[Availability | None, Depends(_state)]
Viewer = Annotated[Callable[[], str | None], Depends(_viewer)]
