"""/api/orders: reserve a ticket, list and show the buyer's orders, cancel one, sum up the seller's sales."""

from functools import partial

from fastapi import Request, Response

from ticketing_common.web import (
    BrokerAvailable,
    CurrencyDep,
    Id,
    NewId,
    Now,
    SessionDep,
    Sessions,
    UserId,
    api_router,
    errors,
    json_response,
)
from ticketing_common.web.event_stream import EventStream, StreamsDep
from ticketing_common.web.idempotency import KEY_PARAMETER, keyed_request, respond_once
from ticketing_common.web.paging import PageDep
from ticketing_orders import use_cases
from ticketing_orders.deps import Rules, StoreDep
from ticketing_orders.placement import place_order
from ticketing_orders.schemas import (
    CONFLICT,
    OrderDetailsOut,
    OrderIn,
    OrderOut,
    SalesOut,
    order_details_out,
    order_out,
    sales_out,
)

router = api_router("orders")


@router.post(
    "",
    status_code=201,
    response_model=OrderOut,
    responses=errors(404) | CONFLICT,
    openapi_extra={"parameters": [KEY_PARAMETER]},
)
async def create_order(
    body: OrderIn,
    user_id: UserId,
    store: StoreDep,
    new_id: NewId,
    now: Now,
    rules: Rules,
    broker_available: BrokerAvailable,
    currency: CurrencyDep,
    request: Request,
) -> Response:
    """Reserve a ticket for the signed-in buyer."""
    return await respond_once(
        await keyed_request(request, user_id=user_id, now=now),
        store.requests,
        partial(
            place_order,
            store,
            order_id=new_id,
            buyer_id=user_id,
            ticket_id=body.ticket_id,
            seen_price=body.price,
            currency=currency,
            now=now,
            rules=rules,
            broker_available=broker_available,
        ),
        lambda order: json_response(order_out(order, currency), status=201),
    )


@router.get("", response_model=list[OrderOut])
async def list_orders(
    user_id: UserId, store: StoreDep, page: PageDep, currency: CurrencyDep, request: Request
) -> Response:
    """The signed-in buyer's orders, newest first."""
    found = await store.find_by_buyer(user_id, after=page.after, limit=page.limit + 1)
    shown = [order_out(order, currency) for order in found[: page.limit]]
    return json_response(shown, headers=page.next_link(found, request))


@router.get("/sales", response_model=SalesOut)
async def summarize_sales(user_id: UserId, store: StoreDep, currency: CurrencyDep) -> Response:
    """How many of the signed-in seller's tickets were paid, for how much, and how much of that was refunded."""
    return json_response(sales_out(await store.sales_of(user_id), currency))


@router.get("/stream", response_class=EventStream)
async def follow_orders(session: SessionDep, streams: StreamsDep, request: Request) -> Response:
    """What happens to the signed-in buyer's orders, as server-sent events named `order`; the data is the order."""
    sessions: Sessions = request.app.state.sessions
    return streams.open(request, audience=session.id, is_valid=lambda: sessions.is_current(session))


@router.get("/{order_id}", response_model=OrderDetailsOut)
async def get_order(order_id: Id, user_id: UserId, store: StoreDep, currency: CurrencyDep) -> Response:
    """One of the signed-in buyer's orders, with its history."""
    order = await use_cases.get_order(store, order_id=order_id, user_id=user_id)
    return json_response(order_details_out(order, currency))


@router.delete("/{order_id}", status_code=204)
async def cancel_order(order_id: Id, user_id: UserId, store: StoreDep, now: Now) -> None:
    """Cancel an order; the ticket is released at once."""
    await use_cases.cancel_order(store, order_id=order_id, user_id=user_id, now=now)
