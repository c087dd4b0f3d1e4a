"""Who may call which route: every route of every OpenAPI document, with every kind of session.

`owner` has created what the path or the body names, `other` is another signed-in user. An expired, forged or revoked
session claims to be the owner's; a forged one is tried with another key, without a signature, and with changed claims.
A number is the status; `nobody`, `other`, `owner` and `[]` are a 200 that shows this user, or an empty list.
"""

import json
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from ticketing_test_support.api import GOOD_CARD, Json
from ticketing_test_support.callers import Callers
from ticketing_test_support.stack import Stack

MATRIX = """
route                            anonymous  expired  forged  revoked  other  owner
POST /api/users/signup                 201      201     201      201    201    201
POST /api/users/signin                 200      200     200      200    200    200
POST /api/users/signout                200      200     200      200    200    200
POST /api/users/changepassword         401      401     401      401    400    200
POST /api/users/deleteaccount          401      401     401      401    400    204
GET /api/users/currentuser          nobody   nobody  nobody   nobody  other  owner
GET /api/tickets                       200      200     200      200    200    200
GET /api/tickets?seller=me             401      401     401      401     []    200
GET /api/tickets/summary               401      401     401      401    200    200
GET /api/tickets/export                401      401     401      401    200    200
POST /api/tickets                      401      401     401      401    201    201
GET /api/tickets/stream                200      200     200      200    200    200
GET /api/tickets/alerts                401      401     401      401     []    200
PUT /api/tickets/{ticket_id}/alert     401      401     401      401    400    400
DELETE /api/tickets/{ticket_id}/alert  401      401     401      401    204    204
GET /api/tickets/{ticket_id}           200      200     200      200    200    200
PUT /api/tickets/{ticket_id}           401      401     401      401    401    200
DELETE /api/tickets/{ticket_id}        401      401     401      401    401    204
GET /api/orders                        401      401     401      401     []    200
POST /api/orders                       401      401     401      401    201    201
GET /api/orders/sales                  401      401     401      401    200    200
GET /api/orders/stream                 401      401     401      401    200    200
GET /api/orders/{order_id}             401      401     401      401    401    200
DELETE /api/orders/{order_id}          401      401     401      401    401    204
POST /api/payments                     401      401     401      401    401    201
POST /api/payments/webhook             400      400     400      400    400    400
"""
HEAD, *ROWS = [line.rsplit(maxsplit=6) for line in MATRIX.strip().splitlines()]
EXPECTED = {route: dict(zip(HEAD[1:], cells, strict=True)) for route, *cells in ROWS}
# Of services that have public routes.
DOCUMENTS = [
    path
    for path in sorted((Path(__file__).parents[1] / "docs" / "api").glob("*.openapi.json"))
    if '"/api/' in path.read_text()
]
OWNERS_PASSWORD, OTHERS_PASSWORD = "the owner's password", "another user's password"


async def new_account(_: Callers) -> Json:
    return {"email": f"{secrets.token_hex(6)}@example.com", "password": OWNERS_PASSWORD}


async def owners_credentials(callers: Callers) -> Json:
    return {"email": callers.owner.email, "password": OWNERS_PASSWORD}


async def new_password(_: Callers) -> Json:
    return {"currentPassword": OWNERS_PASSWORD, "newPassword": "quite another password"}


async def ticket(_: Callers) -> Json:
    return {"title": "Opera gala, row C", "price": "240.00"}


async def ticket_to_reserve(callers: Callers) -> Json:
    return {"ticketId": (await callers.ticket())["id"]}


async def order_to_pay(callers: Callers) -> Json:
    return {"orderId": (await callers.order())["id"], "token": GOOD_CARD}


async def unsigned_webhook(_: Callers) -> Json:
    return {"type": "payment_intent.succeeded", "data": {"object": {"object": "payment_intent", "id": "pi_1"}}}


BODIES: dict[str, Callable[[Callers], Awaitable[Json]]] = {
    "POST /api/users/signup": new_account,
    "POST /api/users/signin": owners_credentials,
    "POST /api/users/changepassword": new_password,
    "POST /api/users/deleteaccount": owners_credentials,
    "POST /api/tickets": ticket,
    "PUT /api/tickets/{ticket_id}": ticket,
    "POST /api/orders": ticket_to_reserve,
    "POST /api/payments": order_to_pay,
    "POST /api/payments/webhook": unsigned_webhook,
}


@pytest.fixture
async def callers(anonymous: httpx.AsyncClient, stack: Stack) -> Callers:
    return Callers(anonymous, stack)


def test_every_documented_route_has_a_row_and_every_row_a_route() -> None:
    routes = {
        f"{method.upper()} {path}"
        for document in DOCUMENTS
        for path, operations in json.loads(document.read_text())["paths"].items()
        for method in operations
    }
    assert {route.partition("?")[0] for route in EXPECTED} == routes


@pytest.mark.parametrize("route", EXPECTED)
async def test_route_admits_only_who_may_call_it(route: str, callers: Callers) -> None:
    await callers.owner.sign_up(callers.http, OWNERS_PASSWORD)
    await callers.other.sign_up(callers.http, OTHERS_PASSWORD)
    sessions = await callers.sessions()
    assert {caller: await outcome(route, caller, sessions[caller], callers) for caller in sessions} == EXPECTED[route]


async def test_no_route_can_be_called_from_another_site(callers: Callers) -> None:
    headers = {"Cookie": f"session={callers.owner.token()}", "Origin": "https://another.example"}
    writes = [route.split() for route in EXPECTED if not route.startswith("GET ") and not route.endswith("/webhook")]
    responses = [await callers.http.request(method, path, headers=headers, json={}) for method, path in writes]
    assert [response.status_code for response in responses] == [403] * len(writes)


async def outcome(route: str, caller: str, tokens: list[str | None], callers: Callers) -> str:
    """As in the table; several, if the tokens have different ones."""
    outcomes = set()
    for token in tokens:
        method, path = (await with_ids(route, callers)).split()
        body = await BODIES[route](callers) if route in BODIES else None
        response = await callers.send(method, path, token, body)
        outcomes.add(
            in_words(response, EXPECTED[route][caller], {callers.owner.id: "owner", callers.other.id: "other"})
        )
    return " or ".join(sorted(outcomes))


async def with_ids(route: str, callers: Callers) -> str:
    """The route with the id of what the owner has created; lists have something in them."""
    if "tickets" in route:
        route = route.replace("{ticket_id}", (await callers.ticket())["id"])
    if "orders" in route:
        route = route.replace("{order_id}", (await callers.order())["id"])
    return route


def in_words(response: httpx.Response, expected: str, names: dict[str, str]) -> str:
    if response.status_code != 200 or expected.isdigit():
        return str(response.status_code)
    content = response.json()
    if isinstance(content, list):
        return str(content)
    return names[content["currentUser"]["id"]] if content["currentUser"] else "nobody"
