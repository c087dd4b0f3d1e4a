"""Dependencies of the routes, by type."""

from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from pydantic import WithJsonSchema

from ticketing_common.errors import InvalidRequest
from ticketing_common.web import CurrencyDep, from_database
from ticketing_common.web.paging import DEFAULT_LIMIT, Limit, Page
from ticketing_common.web.prices import PriceLimit
from ticketing_common.web.sessions import PAGE_USER, PageUser, find_user, require_user
from ticketing_tickets.domain import Availability
from ticketing_tickets.ports import TicketStore
from ticketing_tickets.search import CURSOR_PATTERN, MAX_PRICE, Search, Sort
from ticketing_tickets.terms import query_terms

MAX_QUERY_CHARS = 200
_Q = "Words of the title, of which the last may be the beginning of one, without case and accents"


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


async def _search(
    _: CurrencyDep,
    q: Annotated[str, Query(max_length=MAX_QUERY_CHARS, description=_Q)] = "",
    sort: Sort = Sort.NEWEST,
    min_price: Annotated[PriceLimit, Query(alias="minPrice")] = None,
    max_price: Annotated[PriceLimit, Query(alias="maxPrice")] = None,
) -> Search:
    highest = MAX_PRICE if max_price is None else min(max_price, MAX_PRICE)
    return Search(query_terms(q), sort, min_price or 0, highest)


async def _page(
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[
        str | None,
        Query(description="Where to continue, as the link to the next page says"),
        WithJsonSchema({"type": "string", "pattern": f"^{CURSOR_PATTERN}$"}),
    ] = None,
) -> Page:
    return Page(limit, after)


def viewer_id(request: Request) -> str | None:
    """The id of the signed-in user, if there is one.

    Not a dependency, which would cost each request 40 µs: most tickets look the same to everybody.
    """
    user = find_user(request, request.headers.get(PAGE_USER))
    return user.id if user else None


SearchDep = Annotated[Search, Depends(_search)]
TicketPage = Annotated[Page, Depends(_page)]
StoreDep = Annotated[TicketStore, Depends(from_database("store"))]
SellerId = Annotated[str | None, Depends(_seller_id)]
State = Annotated[Availability | None, Depends(_state)]
