"""GET /api/tickets with a search, on the real MongoDB, and the plans of its queries."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pymongo.database import Database as SyncDatabase

from ticketing_common.events import OrderCancelled, OrderCreated
from ticketing_common.mongo import new_id
from ticketing_test_support.apps import served
from ticketing_test_support.samples import order_event
from ticketing_test_support.sessions import cookie_for
from ticketing_tickets import use_cases
from ticketing_tickets.store import MongoTicketStore
from ticketing_tickets.upgrades import upgrades

SELLER = cookie_for()
TITLES = ["Opera gala, row C", "Café concert", "opéra bouffe"]


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service."""
    async with served(app) as client:
        yield client


async def list_for_sale(http: httpx.AsyncClient, title: str, price: float = 20) -> str:
    response = await http.post("/api/tickets", json={"title": title, "price": price}, headers=SELLER)
    assert response.status_code == 201
    return str(response.json()["id"])


async def found(http: httpx.AsyncClient, **query: str) -> list[str]:
    """The titles of all pages, of two tickets each."""
    titles, url = [], str(httpx.URL("/api/tickets", params={"limit": "2", **query}))
    while url:
        response = await http.get(url)
        assert response.status_code == 200, response.text
        titles += [ticket["title"] for ticket in response.json()]
        url = response.links.get("next", {}).get("url", "")
    return titles


async def test_search_finds_words_without_case_and_accents(http: httpx.AsyncClient) -> None:
    for title in TITLES:
        await list_for_sale(http, title)
    assert await found(http, q="OPERA") == ["opéra bouffe", "Opera gala, row C"]
    assert await found(http, q="row ope") == ["Opera gala, row C"]
    assert await found(http, q="café c") == ["Café concert"]
    assert await found(http, q="pera") == []


async def test_prices_select_and_order(http: httpx.AsyncClient) -> None:
    for price in (30, 10.5, 20, 10.5, 40):
        await list_for_sale(http, f"Seat at {price}", price)
    ascending = ["Seat at 10.5", "Seat at 10.5", "Seat at 20", "Seat at 30", "Seat at 40"]
    assert await found(http, sort="price") == ascending
    assert await found(http, sort="-price", q="seat") == ascending[::-1]
    assert await found(http, sort="price", minPrice="10.51", maxPrice="30") == ["Seat at 20", "Seat at 30"]
    assert await found(http, minPrice="20", q="seat") == ["Seat at 40", "Seat at 20", "Seat at 30"]
    assert await found(http, maxPrice="10.49") == await found(http, minPrice="999999999999") == []


async def test_total_is_on_the_first_page_of_a_search(http: httpx.AsyncClient) -> None:
    for title in TITLES:
        await list_for_sale(http, title)
    first = await http.get("/api/tickets?q=opera&limit=1")
    assert (first.headers["X-Total-Count"], len(first.json())) == ("2", 1)
    later = await http.get(first.links["next"]["url"])
    everything = await http.get("/api/tickets")
    assert "X-Total-Count" not in {**later.headers, **everything.headers}


async def test_pages_stay_stable_when_tickets_are_sold_meanwhile(http: httpx.AsyncClient, app: FastAPI) -> None:
    ids = [await list_for_sale(http, f"Seat {number}", price=number) for number in range(1, 6)]
    first = await http.get("/api/tickets?sort=price&limit=2")
    for ticket_id in ids[:2]:
        await use_cases.apply_order(app.state.store, order_event(OrderCreated, ticket_id=ticket_id))
    second = await http.get(first.links["next"]["url"])
    assert [ticket["title"] for ticket in second.json()] == ["Seat 3", "Seat 4"]


async def test_search_follows_edits_and_reservations(http: httpx.AsyncClient, app: FastAPI) -> None:
    ticket_id = await list_for_sale(http, "Opera gala")
    await http.put(f"/api/tickets/{ticket_id}", json={"title": "Ballet gala", "price": 9}, headers=SELLER)
    assert await found(http, q="opera") == []
    assert await found(http, q="ballet", maxPrice="9") == ["Ballet gala"]
    order = order_event(OrderCreated, ticket_id=ticket_id)
    await use_cases.apply_order(app.state.store, order)
    assert await found(http, q="ballet") == []
    await use_cases.apply_order(
        app.state.store, order_event(OrderCancelled, id=order.id, ticket_id=ticket_id, version=1)
    )
    assert await found(http, q="ballet") == ["Ballet gala"]


@pytest.mark.parametrize(
    "query",
    [
        *("sort=title", "sort=", "minPrice=", "minPrice=-1", "minPrice=1.005", "maxPrice=ten", "maxPrice=1e3"),
        *(f"q={'x' * 201}", f"sort=price&after={'a' * 24}", f"after=5_{'a' * 24}", f"sort=price&after=_{'a' * 24}"),
    ],
)
async def test_invalid_search_is_refused_by_name(client: httpx.AsyncClient, query: str) -> None:
    response = await client.get(f"/api/tickets?{query}")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [query.rpartition("&")[2].partition("=")[0]]


async def test_search_is_ignored_in_a_sellers_own_list(client: httpx.AsyncClient) -> None:
    await list_for_sale(client, "Opera gala")
    own = await client.get("/api/tickets?seller=me&q=ballet&sort=price&minPrice=100", headers=SELLER)
    assert [ticket["title"] for ticket in own.json()] == ["Opera gala"]


AGE, PRICE = "IXSCAN { search.terms: 1, _id: 1 }", "IXSCAN { search.terms: 1, price: 1, _id: 1 }"
SORTED = f"{PRICE}, sorted"


@pytest.mark.parametrize(
    ("query", "reads"),
    [
        # One condition: what is listed, one more to see whether there are others, 101 to count them up to 100.
        ("sort=price", [(PRICE, 11)]),
        ("sort=-price", [(PRICE, 11)]),
        ("q=seat", [(AGE, 101)]),
        ("q=se", [(AGE, 101)]),
        ("q=row&sort=price", [(PRICE, 101)]),
        ("minPrice=10&maxPrice=11&sort=-price", [(PRICE, 101)]),
        ("q=box&minPrice=10.01&sort=price", [(PRICE, 6)]),
        ("q=nothing", [(AGE, 0)]),
        ("minPrice=11&sort=price", [(PRICE, 0)]),
        # Several: up to 400 keys of each, to find the rarest, and then those of this one.
        ("q=seat+bo", [(AGE, 8), (AGE, 8), (AGE, 400)]),
        ("q=box+row", [(AGE, 8), (AGE, 8), (AGE, 200)]),
        ("q=seat+row", [(AGE, 101), (AGE, 200), (AGE, 400)]),
        ("q=seat+row+box+0&sort=price", [(PRICE, 8), (PRICE, 200), (PRICE, 200), (PRICE, 400)]),
        ("q=seat&minPrice=10.06", [(AGE, 400), (PRICE, 57), (SORTED, 57)]),
        ("minPrice=11", [(AGE, 400), (PRICE, 0), (SORTED, 0)]),
        ("minPrice=10", [(AGE, 101), (AGE, 400), (PRICE, 400)]),
    ],
)
async def test_queries_read_a_bounded_number_of_index_keys(
    http: httpx.AsyncClient,
    app: FastAPI,
    server: SyncDatabase[dict[str, Any]],
    query: str,
    reads: list[tuple[str, int]],
) -> None:
    """400 tickets: all are seats, every other one in a row, one of fifty in a box; prices from 10.00 to 10.06."""
    await asyncio.gather(*(_create(app.state.store, number) for number in range(400)))
    server.command("profile", 2)
    await http.get(f"/api/tickets?limit=10&{query}")
    server.command("profile", 0)
    finds = list(server["system.profile"].find({"op": "query"}))
    assert {"COLLSCAN"}.isdisjoint(_plan(find) for find in finds)
    # The service's tasks may have read other indexes meanwhile.
    searches = [(_plan(find), find["keysExamined"]) for find in finds if "search.terms" in _plan(find)]
    assert sorted(searches) == reads


def _plan(find: dict[str, Any]) -> str:
    return f"{find['planSummary']}{', sorted' if find.get('hasSortStage') else ''}"


async def _create(store: MongoTicketStore, number: int) -> None:
    words = ["Seat", *(["row"] if number % 2 else []), *(["box"] if number % 50 == 0 else [])]
    await use_cases.create_ticket(
        store,
        ticket_id=new_id(),
        seller_id=new_id(),
        title=f"{' '.join(words)} {number}",
        price=1_000 + number % 7,
        now=datetime.now(UTC),
    )


async def test_titles_of_an_earlier_release_get_terms(
    http: httpx.AsyncClient, app: FastAPI, server: SyncDatabase[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed, edited, held = [await list_for_sale(http, f"Opera {number}") for number in range(3)]
    await use_cases.apply_order(app.state.store, order_event(OrderCreated, ticket_id=held))
    server["tickets"].update_many({"_id": {"$in": [listed, held]}}, {"$unset": {"search": ""}})
    server["tickets"].update_one({"_id": edited}, {"$set": {"title": "Ballet"}})
    assert await found(http, q="opera") == ["Ballet"]
    monkeypatch.setattr("ticketing_tickets.store.search._UPGRADED_AT_ONCE", 1)
    terms, _ = upgrades(app.state.database, app.state.store)
    await terms.upgrade_all()
    assert await found(http, q="opera") == ["Opera 0"]
    assert await found(http, q="ballet") == ["Ballet"]


@pytest.mark.parametrize("query", ["", "limit=2", "after={id}", "limit=2&after={id}", "after={id}&limit=2"])
async def test_plain_list_is_as_fastapi_would_respond(client: httpx.AsyncClient, query: str) -> None:
    ids = [await list_for_sale(client, f"Seat {number}") for number in range(4)]
    plain = await client.get(f"/api/tickets?{query.format(id=ids[3])}")
    general = await client.get(f"/api/tickets?q=&{query.format(id=ids[3])}")
    assert plain.json() == general.json()
    assert plain.headers.keys() == general.headers.keys()
    assert plain.headers.get("Link", "") == general.headers.get("Link", "").replace("q=&", "")
