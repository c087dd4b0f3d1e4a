"""/api/tickets, by the table of routes."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.events import OrderCancelled, OrderCreated
from ticketing_common.mongo import new_id
from ticketing_test_support.apps import served
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.samples import order_event
from ticketing_test_support.sessions import cookie_for
from ticketing_tickets import use_cases
from ticketing_tickets.app import create_app
from ticketing_tickets.settings import Settings

SELLER_ID = new_id()
SELLER = cookie_for(SELLER_ID)
OTHER_USER = cookie_for()


async def on_sale(client: httpx.AsyncClient, *, title: str = "Front row", price: float = 12.5) -> dict[str, Any]:
    response = await client.post("/api/tickets", json={"title": title, "price": price}, headers=SELLER)
    assert response.status_code == 201, response.text
    ticket: dict[str, Any] = response.json()
    return ticket


async def reserved(client: httpx.AsyncClient, app: FastAPI) -> dict[str, Any]:
    ticket = await on_sale(client)
    await use_cases.apply_order(app.state.store, order_event(OrderCreated, id="a" * 24, ticket_id=ticket["id"]))
    return {**ticket, "version": 1, "orderId": "a" * 24}


async def test_new_ticket_has_the_documented_shape(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/tickets", json={"title": "  Front row ", "price": 12.5, "x": 1}, headers=SELLER)
    ticket = response.json()
    assert response.status_code == 201
    assert ticket == {"id": ticket["id"], "title": "Front row", "price": 12.5, "userId": SELLER_ID, "version": 0}
    assert len(ticket["id"]) == 24


async def test_only_successful_writes_ask_for_a_new_landing_page(client: httpx.AsyncClient) -> None:
    body = {"title": "Front row", "price": 12.5}
    written = await client.post("/api/tickets", json=body, headers=SELLER)
    failed = await client.post("/api/tickets", json={}, headers=SELLER)
    read = await client.get("/api/tickets", headers=SELLER)
    assert [response.cookies.get("recent-write") for response in (written, failed, read)] == ["1", None, None]


@pytest.mark.parametrize("price", [0.5, 1, 19.99, 0.57, 999_999.99, 1e2])
async def test_price_is_exact_to_the_cent(client: httpx.AsyncClient, price: float) -> None:
    ticket = await on_sale(client, price=price)
    assert (await client.get(f"/api/tickets/{ticket['id']}")).json()["price"] == price


async def test_ticket_is_visible_in_every_state(client: httpx.AsyncClient, app: FastAPI) -> None:
    free, held = await on_sale(client), await reserved(client, app)
    assert (await client.get(f"/api/tickets/{free['id']}")).json() == free
    assert (await client.get(f"/api/tickets/{held['id']}")).json() == held


@pytest.mark.parametrize(
    "ticket_id", ["6b03400a378002db41e476fa", "no-id", "A" * 24, "f" * 25, "%00", "%ff", "null", "%F0%9F%8E%9F"]
)
async def test_unknown_or_invalid_id_is_404(client: httpx.AsyncClient, ticket_id: str) -> None:
    body = {"title": "x", "price": 1}
    for response in (
        await client.get(f"/api/tickets/{ticket_id}"),
        await client.put(f"/api/tickets/{ticket_id}", json=body, headers=SELLER),
    ):
        assert (response.status_code, response.json()) == (404, {"errors": [{"message": "There is no such ticket."}]})


async def test_list_has_buyable_tickets_newest_first(client: httpx.AsyncClient, app: FastAPI) -> None:
    first, _, last = await on_sale(client), await reserved(client, app), await on_sale(client)
    response = await client.get("/api/tickets")
    assert response.json() == [last, first]
    assert "Link" not in response.headers


async def test_own_list_has_every_state(client: httpx.AsyncClient, app: FastAPI) -> None:
    free, held = await on_sale(client), await reserved(client, app)
    own = (await client.get("/api/tickets?seller=me", headers=SELLER)).json()
    assert [ticket["id"] for ticket in own] == [held["id"], free["id"]]
    assert (await client.get("/api/tickets?seller=me", headers=OTHER_USER)).json() == []


async def test_own_list_needs_a_session(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/tickets?seller=me")).status_code == 401


async def test_own_list_is_409_for_a_page_of_another_user(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/tickets?seller=me", headers={**SELLER, "Ticketing-User": new_id()})
    assert response.status_code == 409


@pytest.mark.parametrize("query", ["?limit=2", "?seller=me&limit=2"])
async def test_next_links_visit_each_ticket_once(client: httpx.AsyncClient, query: str) -> None:
    listed = [(await on_sale(client))["id"] for _ in range(5)]
    seen, url = [], f"/api/tickets{query}"
    while url:
        page = await client.get(url, headers=SELLER)
        seen.append([ticket["id"] for ticket in page.json()])
        url = page.links.get("next", {}).get("url", "")
    assert seen == [listed[:2:-1], listed[2:0:-1], listed[:1]]


async def test_exactly_full_page_is_the_last(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await on_sale(client)
    assert "Link" not in (await client.get("/api/tickets?limit=2")).headers


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=101", "limit=-1", "limit=ten", "limit=", "limit=1e9", f"limit={'9' * 5000}", "limit=1.5"),
        *("after=", "after=last", f"after={'F' * 24}", "after=%00", "seller=", "seller=you", "seller=ME"),
    ],
)
async def test_invalid_query_parameter_is_named(client: httpx.AsyncClient, query: str) -> None:
    response = await client.get(f"/api/tickets?{query}", headers=SELLER)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [query.partition("=")[0]]


async def test_seller_changes_title_and_price(client: httpx.AsyncClient) -> None:
    ticket = await on_sale(client)
    response = await client.put(f"/api/tickets/{ticket['id']}", json={"title": "Back row", "price": 9}, headers=SELLER)
    changed = {**ticket, "title": "Back row", "price": 9, "version": 1}
    assert (response.status_code, response.json()) == (200, changed)
    assert (await client.get("/api/tickets")).json() == [changed]


async def test_refused_edits_follow_the_contract(client: httpx.AsyncClient, app: FastAPI) -> None:
    held = await reserved(client, app)
    url, body = f"/api/tickets/{held['id']}", {"title": "Mine", "price": 1}
    assert (await client.put(url, json=body)).status_code == 401
    assert (await client.put(f"/api/tickets/{new_id()}", json=body, headers=OTHER_USER)).status_code == 404
    assert (await client.put(url, json=body, headers=OTHER_USER)).status_code == 401
    assert (await client.put(url, json=body, headers=SELLER)).status_code == 400
    assert (await client.get(url)).json() == held


async def test_cancelled_order_frees_ticket(client: httpx.AsyncClient, app: FastAPI) -> None:
    held = await reserved(client, app)
    cancelled = order_event(OrderCancelled, id="a" * 24, ticket_id=held["id"], version=1)
    await use_cases.apply_order(app.state.store, cancelled)
    assert [ticket["id"] for ticket in (await client.get("/api/tickets")).json()] == [held["id"]]
    response = await client.put(f"/api/tickets/{held['id']}", json={"title": "Again", "price": 1}, headers=SELLER)
    assert (response.status_code, response.json()["version"]) == (200, 3)


async def test_zero_decimal_currency_has_its_own_bounds(mongo_uri: str) -> None:
    settings = Settings(mongo_uri=mongo_uri, nats_url="nats://127.0.0.1:1", jwt_secret=JWT_SECRET, currency="jpy")
    async with served(create_app(settings)) as client:
        listed = await client.post("/api/tickets", json={"title": "Kabuki", "price": 5000}, headers=cookie_for())
        assert (listed.status_code, listed.json()["price"]) == (201, 5000)
        for price, words in ((49, "from 50 to 99,999,999"), (500.5, "at most 0 decimals")):
            refused = await client.post("/api/tickets", json={"title": "Kabuki", "price": price}, headers=cookie_for())
            assert refused.status_code == 400
            assert words in refused.json()["errors"][0]["message"]
