"""/api/tickets: create, edit, withdraw, list and show tickets."""

from functools import partial

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from ticketing_common.web import CurrencyDep, Id, NewId, Now, UserId, api_router, json_response
from ticketing_common.web.event_stream import EventStream, StreamsDep
from ticketing_common.web.idempotency import KEY_PARAMETER, keyed_request, respond_once
from ticketing_common.web.preconditions import ETAG, IfMatch, etag
from ticketing_common.web.sessions import PAGE_USER_PARAMETER
from ticketing_tickets import use_cases
from ticketing_tickets.deps import SearchDep, SellerId, State, StoreDep, TicketPage, viewer_id
from ticketing_tickets.export import csv_of
from ticketing_tickets.lists import TOTAL, ListRoute, list_response
from ticketing_tickets.schemas import (
    ListedTicketOut,
    TicketIn,
    TicketOut,
    TicketsSummaryOut,
    own_ticket_out,
    summary_out,
    ticket_out,
)

router = api_router("tickets")


class CsvResponse(StreamingResponse):
    """A CSV file to download."""

    media_type = "text/csv"


@router.post(
    "",
    status_code=201,
    response_model=TicketOut,
    responses={201: ETAG},
    openapi_extra={"parameters": [KEY_PARAMETER]},
)
async def create_ticket(
    body: TicketIn,
    user_id: UserId,
    store: StoreDep,
    new_id: NewId,
    now: Now,
    currency: CurrencyDep,
    request: Request,
) -> Response:
    """Put a ticket on sale."""
    return await respond_once(
        await keyed_request(request, user_id=user_id, now=now),
        store.requests,
        partial(
            use_cases.create_ticket,
            store,
            ticket_id=new_id,
            seller_id=user_id,
            title=body.title,
            price=body.price,
            now=now,
        ),
        lambda ticket: json_response(ticket_out(ticket, currency), status=201, headers=etag(ticket.version)),
    )


async def list_tickets(
    seller_id: SellerId,
    state: State,
    search: SearchDep,
    store: StoreDep,
    page: TicketPage,
    request: Request,
) -> Response:
    """Tickets that can be bought, in the order of `sort`; with `seller=me` the user's own, newest first.

    A search that would have to read very many tickets stops early: its page has fewer, or none, and a link to go on.
    """
    found = await use_cases.list_tickets(
        store, seller_id=seller_id, state=state, search=search, after=page.after, limit=page.limit
    )
    return list_response(found, page, request, show=own_ticket_out if seller_id else ticket_out)


router.add_api_route(
    "",
    list_tickets,
    response_model=list[ListedTicketOut],
    responses={200: TOTAL},
    route_class_override=ListRoute,
)


@router.get("/summary", response_model=TicketsSummaryOut)
async def summarize_tickets(user_id: UserId, store: StoreDep, currency: CurrencyDep) -> Response:
    """How many tickets the user has listed, altogether and by state, and the sums of their prices."""
    return json_response(summary_out(await store.totals_of(user_id), currency))


@router.get("/export", response_class=CsvResponse)
async def export_tickets(user_id: UserId, store: StoreDep, currency: CurrencyDep) -> Response:
    """The user's own tickets in every state, newest first, as a CSV file (RFC 4180, UTF-8 with a byte order mark)."""
    await store.find_by_seller(user_id, after=None, limit=1)  # an outage is a 503, not half a file
    lines = csv_of(use_cases.all_tickets_of(store, user_id), currency)
    return CsvResponse(lines, headers={"Content-Disposition": 'attachment; filename="tickets.csv"'})


@router.get("/stream", response_class=EventStream)
async def follow_tickets(streams: StreamsDep, request: Request) -> Response:
    """What happens to tickets, as server-sent events: the name is `new`, `edited`, `repriced`, `reserved`, `freed`,
    `sold` or `withdrawn`, the data the ticket."""
    return streams.open(request)


@router.get(
    "/{ticket_id}",
    response_model=TicketOut,
    responses={200: ETAG},
    openapi_extra={"parameters": [PAGE_USER_PARAMETER]},
)
async def get_ticket(ticket_id: Id, store: StoreDep, currency: CurrencyDep, request: Request) -> Response:
    """One ticket, in any state; a withdrawn one for its seller only."""
    ticket = await use_cases.get_ticket(store, ticket_id, viewer=partial(viewer_id, request))
    return json_response(ticket_out(ticket, currency), headers=etag(ticket.version))


@router.put("/{ticket_id}", response_model=TicketOut, responses={200: ETAG})
async def edit_ticket(
    ticket_id: Id, body: TicketIn, user_id: UserId, store: StoreDep, currency: CurrencyDep, expected: IfMatch
) -> Response:
    """Change the title and price of the user's own ticket while no order holds it."""
    ticket = await use_cases.edit_ticket(
        store,
        ticket_id=ticket_id,
        user_id=user_id,
        title=body.title,
        price=body.price,
        require_version=expected.require,
    )
    return json_response(ticket_out(ticket, currency), headers=etag(ticket.version))


@router.delete("/{ticket_id}", status_code=204)
async def withdraw_ticket(ticket_id: Id, user_id: UserId, store: StoreDep, expected: IfMatch) -> None:
    """Take the user's own ticket off sale, for good, while no order holds it."""
    await use_cases.withdraw_ticket(store, ticket_id=ticket_id, user_id=user_id, require_version=expected.require)
