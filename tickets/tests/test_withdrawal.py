"""Withdrawing a ticket, and changes that are made only to the version that the client has seen."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.events import (
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderState,
    TicketStep,
    TicketWithdrawn,
)
from ticketing_common.mongo import new_id
from ticketing_test_support.outbox import pending_events
from ticketing_test_support.samples import order_event
from ticketing_test_support.sessions import cookie_for
from ticketing_tickets import use_cases

SELLER = cookie_for(new_id())
OTHER_USER = cookie_for()
ORDER = "a" * 24
Ticket = dict[str, Any]


@pytest.fixture
async def ticket(client: httpx.AsyncClient) -> Ticket:
    """A ticket of the seller's on sale."""
    response = await client.post("/api/tickets", json={"title": "Front row", "price": 12.5}, headers=SELLER)
    listed: Ticket = response.json()
    return listed


async def apply(app: FastAPI, kind: type[OrderState], ticket: Ticket, *, hold: int = 1, version: int = 0) -> None:
    order = order_event(kind, id=ORDER, ticket_id=ticket["id"], hold=hold, version=version)
    await use_cases.apply_order(app.state.store, order)


async def withdraw(client: httpx.AsyncClient, ticket: Ticket, **headers: str) -> int:
    return (await client.delete(f"/api/tickets/{ticket['id']}", headers={**SELLER, **headers})).status_code


async def read(client: httpx.AsyncClient, ticket: Ticket, headers: dict[str, str] = OTHER_USER) -> httpx.Response:
    return await client.get(f"/api/tickets/{ticket['id']}", headers=headers)


async def test_withdrawn_ticket_is_shown_to_its_seller_only(client: httpx.AsyncClient, ticket: Ticket) -> None:
    assert await withdraw(client, ticket) == 204
    withdrawn = {**ticket, "version": 1, "withdrawn": True}
    assert (await read(client, ticket, SELLER)).json() == withdrawn
    assert [(await read(client, ticket, viewer)).status_code for viewer in (OTHER_USER, {})] == [404, 404]
    assert (await client.get("/api/tickets")).json() == []
    own = (await client.get("/api/tickets?seller=me", headers=SELLER)).json()
    assert own == [{**withdrawn, "state": "withdrawn"}]


async def test_withdrawal_is_published_once(client: httpx.AsyncClient, app: FastAPI, ticket: Ticket) -> None:
    assert [await withdraw(client, ticket) for _ in range(2)] == [204, 204]
    _, event = await pending_events(app.state.store.documents)
    assert isinstance(event, TicketWithdrawn)
    assert (event.version, event.withdrawn, event.step) == (1, True, TicketStep.WITHDRAWN)


async def test_only_the_seller_withdraws(client: httpx.AsyncClient, ticket: Ticket) -> None:
    url = f"/api/tickets/{ticket['id']}"
    assert (await client.delete(url)).status_code == 401
    assert (await client.delete(url, headers=OTHER_USER)).status_code == 401
    assert (await client.delete(f"/api/tickets/{new_id()}", headers=OTHER_USER)).status_code == 404
    assert (await read(client, ticket)).json() == ticket
    await withdraw(client, ticket)
    assert (await client.delete(url, headers=OTHER_USER)).status_code == 404
    edit = {"title": "Mine", "price": 1}
    assert (await client.put(url, json=edit, headers=OTHER_USER)).status_code == 404
    assert (await client.put(url, json=edit, headers=SELLER)).status_code == 400


@pytest.mark.parametrize("kind", [OrderCreated, OrderCompleted], ids=["reserved", "sold"])
async def test_ticket_with_an_order_is_not_withdrawn(
    client: httpx.AsyncClient, app: FastAPI, ticket: Ticket, kind: type[OrderState]
) -> None:
    await apply(app, kind, ticket, version=int(kind is OrderCompleted))
    assert await withdraw(client, ticket) == 400
    assert (await read(client, ticket)).json() == {**ticket, "version": 1, "orderId": ORDER}


async def test_withdrawal_waits_for_an_order_that_was_not_known(
    client: httpx.AsyncClient, app: FastAPI, ticket: Ticket
) -> None:
    await withdraw(client, ticket)
    await apply(app, OrderCreated, ticket)
    assert (await read(client, ticket)).json()["orderId"] == ORDER
    await apply(app, OrderCancelled, ticket, version=1)
    assert (await read(client, ticket)).status_code == 404
    assert (await client.get("/api/tickets")).json() == []
    events = [event.step for event in await pending_events(app.state.store.documents)]  # type: ignore[attr-defined]
    assert events == [TicketStep.NEW, TicketStep.WITHDRAWN, TicketStep.RESERVED, TicketStep.WITHDRAWN]


async def test_paid_order_wins_over_a_withdrawal(client: httpx.AsyncClient, app: FastAPI, ticket: Ticket) -> None:
    await withdraw(client, ticket)
    await apply(app, OrderCreated, ticket)
    await apply(app, OrderCompleted, ticket, version=1)
    assert (await read(client, ticket)).json()["orderId"] == ORDER


@pytest.mark.parametrize(("tag", "status"), [('"0"', 200), ("*", 200), ('"7", "0"', 200), ('"1"', 412), ('W/"0"', 412)])
async def test_edit_is_of_the_version_seen(client: httpx.AsyncClient, ticket: Ticket, tag: str, status: int) -> None:
    url, body = f"/api/tickets/{ticket['id']}", {"title": "Back row", "price": 9}
    response = await client.put(url, json=body, headers={**SELLER, "If-Match": tag})
    stored = await read(client, ticket)
    assert response.status_code == status
    assert stored.json()["title"] == ("Back row" if status == 200 else "Front row")
    assert stored.headers["ETag"] == f'"{stored.json()["version"]}"'


async def test_edit_that_is_made_already_succeeds_again(client: httpx.AsyncClient, ticket: Ticket) -> None:
    url, body = f"/api/tickets/{ticket['id']}", {"title": "Back row", "price": 9}
    for _ in range(2):
        response = await client.put(url, json=body, headers={**SELLER, "If-Match": '"0"'})
        assert (response.status_code, response.headers["ETag"]) == (200, '"1"')


async def test_withdrawal_is_of_the_version_seen(client: httpx.AsyncClient, ticket: Ticket) -> None:
    assert await withdraw(client, ticket, **{"If-Match": '"1"'}) == 412
    assert [await withdraw(client, ticket, **{"If-Match": '"0"'}) for _ in range(2)] == [204, 204]


async def test_refusal_does_not_depend_on_the_version(client: httpx.AsyncClient, app: FastAPI, ticket: Ticket) -> None:
    await apply(app, OrderCreated, ticket)
    assert await withdraw(client, ticket, **{"If-Match": '"0"'}) == 400


@pytest.mark.parametrize("tag", ["", "0", '"0', "'0'", '"0" "1"', "*, *"])
async def test_malformed_if_match_changes_nothing(client: httpx.AsyncClient, ticket: Ticket, tag: str) -> None:
    response = await client.delete(f"/api/tickets/{ticket['id']}", headers={**SELLER, "If-Match": tag})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "If-Match")
    assert (await read(client, ticket)).json() == ticket
