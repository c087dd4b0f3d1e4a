"""/api/orders over HTTP."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.mongo import new_id
from ticketing_orders.domain import Order, Ticket
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.apps import served_in_memory
from ticketing_test_support.memory import InMemoryDatabase
from ticketing_test_support.orders import cancel, expire, list_ticket, pay, reload
from ticketing_test_support.sessions import cookie_for

BUYER_ID = new_id()
OLD_ID = "5f" * 12
INVALID_IDS = ["nonsense", "F" * 24, "f" * 23, "f" * 25, "%00", "x" * 2000]


@pytest.fixture
def buyer(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A signed-in buyer."""
    client.headers.update(cookie_for(BUYER_ID))
    return client


@pytest.fixture
async def order(buyer: httpx.AsyncClient, store: MongoOrderStore) -> Order:
    """An order that the buyer has just placed."""
    response = await post_order(buyer, store)
    found = await store.find(response.json()["id"])
    assert found is not None
    return found


async def post_order(
    client: httpx.AsyncClient, store: MongoOrderStore, *, price: int = 1250, headers: dict[str, str] | None = None
) -> httpx.Response:
    """Order a new ticket."""
    ticket = await list_ticket(store, price=price)
    return await client.post("/api/orders", json={"ticketId": ticket.id}, headers=headers)


def message(response: httpx.Response) -> str:
    """The one message of an error."""
    [error] = response.json()["errors"]
    return str(error["message"])


async def test_placing_responds_with_the_order(buyer: httpx.AsyncClient, store: MongoOrderStore) -> None:
    before = datetime.now(UTC)
    response = await post_order(buyer, store, price=1999)
    body = response.json()
    assert response.status_code == 201
    assert body == {
        "id": body["id"],
        "status": "created",
        "userId": BUYER_ID,
        "expiresAt": body["expiresAt"],
        "version": 0,
        "ticket": {"id": body["ticket"]["id"], "title": "Front row", "price": 19.99, "version": 0},
        "summary": {"state": "awaiting_payment", "text": body["summary"]["text"], "final": False},
    }
    assert datetime.fromisoformat(body["expiresAt"].replace("Z", "+00:00")) - before >= timedelta(seconds=899)


@pytest.mark.parametrize(("price", "shown"), [(50, "0.5"), (1250, "12.5"), (99_999_999, "999999.99")])
async def test_price_is_a_number_in_dollars(
    buyer: httpx.AsyncClient, store: MongoOrderStore, price: int, shown: str
) -> None:
    assert f'"price":{shown},' in (await post_order(buyer, store, price=price)).text


@pytest.mark.parametrize("seen", [12.5, "12.50", None])
async def test_order_at_the_price_seen_is_placed(buyer: httpx.AsyncClient, store: MongoOrderStore, seen: Any) -> None:
    ticket = await list_ticket(store, price=1250)
    response = await buyer.post("/api/orders", json={"ticketId": ticket.id, "price": seen})
    assert response.status_code == 201


async def test_changed_price_is_a_conflict_and_reserves_nothing(
    buyer: httpx.AsyncClient, store: MongoOrderStore
) -> None:
    ticket = await list_ticket(store, price=9900)
    response = await buyer.post("/api/orders", json={"ticketId": ticket.id, "price": "30.00"})
    error = {"message": "The price is now $99.00.", "field": "price", "currentPrice": 99.0}
    assert (response.status_code, response.json()) == (409, {"errors": [error]})
    assert (await buyer.get("/api/orders")).json() == []


INVALID_TICKET_IDS = ["null", "5", "NaN", "true", '["ffffffffffffffffffffffff"]', '{"$ne": null}', '""', '"\\ud800"']


@pytest.mark.parametrize("ticket_id", INVALID_TICKET_IDS)
@pytest.mark.parametrize("price", ["-1", "0", "NaN", "true", '"1e2"', '" 20"', '"12.345"', "{}"])
async def test_invalid_ticket_id_and_price_are_both_named(buyer: httpx.AsyncClient, ticket_id: str, price: str) -> None:
    body = f'{{"ticketId": {ticket_id}, "price": {price}}}'
    response = await buyer.post("/api/orders", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["ticketId", "price"]


@pytest.mark.parametrize("headers", [{}, cookie_for()], ids=["the same buyer", "another buyer"])
@pytest.mark.parametrize("price", [None, 99])
async def test_reserved_ticket_is_refused(
    buyer: httpx.AsyncClient, order: Order, headers: dict[str, str], price: int | None
) -> None:
    body = {"ticketId": order.ticket.id, "price": price}
    response = await buyer.post("/api/orders", json=body, headers=headers)
    assert (response.status_code, "already reserved" in message(response)) == (400, True)


async def test_cancelled_ticket_can_be_ordered_by_others_at_once(buyer: httpx.AsyncClient, order: Order) -> None:
    await buyer.delete(f"/api/orders/{order.id}")
    response = await buyer.post("/api/orders", json={"ticketId": order.ticket.id})
    assert (response.status_code, "You held this ticket a moment ago" in message(response)) == (429, True)
    assert 0 < int(response.headers["Retry-After"]) <= 60
    other = await buyer.post("/api/orders", json={"ticketId": order.ticket.id}, headers=cookie_for())
    assert other.status_code == 201


async def test_eleventh_open_reservation_is_refused(buyer: httpx.AsyncClient, store: MongoOrderStore) -> None:
    placed = [await post_order(buyer, store) for _ in range(10)]
    refused = await post_order(buyer, store)
    assert (refused.status_code, "Pay or release one" in message(refused)) == (400, True)
    await buyer.delete(f"/api/orders/{placed[0].json()['id']}")
    assert (await post_order(buyer, store)).status_code == 201


async def test_cancelled_order_has_its_reason(buyer: httpx.AsyncClient, store: MongoOrderStore, order: Order) -> None:
    await expire(store, order)
    assert (await buyer.get(f"/api/orders/{order.id}")).json()["reason"] == "expired"
    await cancel(store, order)
    body = (await buyer.get(f"/api/orders/{order.id}")).json()
    assert (body["status"], body["reason"], body["version"]) == ("cancelled", "buyer", 2)


async def test_paid_order_has_payment_history_and_summary(
    buyer: httpx.AsyncClient, store: MongoOrderStore, order: Order
) -> None:
    await pay(store, order)
    body = (await buyer.get(f"/api/orders/{order.id}")).json()
    assert body["payment"] == {"status": "succeeded", "amount": 12.5, "refunded": 0}
    assert body["summary"] == {"state": "paid", "text": "Paid. The ticket is yours.", "final": True}
    assert {entry["step"] for entry in body["history"]} == {"reserved", "completed"}


async def test_cancelling_twice_succeeds_even_after_expiry(
    buyer: httpx.AsyncClient, store: MongoOrderStore, order: Order
) -> None:
    await expire(store, order)
    responses = [await buyer.delete(f"/api/orders/{order.id}") for _ in range(2)]
    assert [(response.status_code, response.content) for response in responses] == [(204, b"")] * 2


async def test_paid_order_cannot_be_cancelled(buyer: httpx.AsyncClient, store: MongoOrderStore, order: Order) -> None:
    await pay(store, order)
    response = await buyer.delete(f"/api/orders/{order.id}")
    assert (response.status_code, "complete" in message(response)) == (400, True)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_order_of_another_buyer_is_refused(
    buyer: httpx.AsyncClient, store: MongoOrderStore, order: Order, method: str
) -> None:
    response = await buyer.request(method, f"/api/orders/{order.id}", headers=cookie_for())
    assert (response.status_code, "Not authorized" in message(response)) == (401, True)
    assert await reload(store, order) == order


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("order_id", [OLD_ID, *INVALID_IDS])
async def test_unknown_order_is_not_found(buyer: httpx.AsyncClient, method: str, order_id: str) -> None:
    response = await buyer.request(method, f"/api/orders/{order_id}")
    assert (response.status_code, message(response)) == (404, "There is no such order.")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", ""), ("GET", ""), ("GET", f"/{OLD_ID}"), ("DELETE", f"/{OLD_ID}")]
)
async def test_every_route_requires_a_session(client: httpx.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, f"/api/orders{path}", json={"ticketId": OLD_ID})
    assert (response.status_code, message(response)) == (401, "Not authorized: sign in first.")


async def test_list_has_own_orders_newest_first_by_page(buyer: httpx.AsyncClient, store: MongoOrderStore) -> None:
    await post_order(buyer, store, headers=cookie_for())
    placed = [(await post_order(buyer, store)).json() for _ in range(5)]
    pages, path = [], "/api/orders?limit=2"
    while path:
        response = await buyer.get(path)
        pages.append(response.json())
        path = response.links.get("next", {}).get("url", "")
    assert pages == [placed[:2:-1], placed[2:0:-1], placed[:1]]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=1e309", "after=nonsense", "after="])
async def test_invalid_page_names_the_field(buyer: httpx.AsyncClient, query: str) -> None:
    response = await buyer.get(f"/api/orders?{query}")
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, query.partition("=")[0])


class LateReplica(MongoOrderStore):
    """A store in which tickets arrive by the third read."""

    reads = 0

    async def find_ticket(self, ticket_id: str) -> Ticket | None:
        self.reads += 1
        return await super().find_ticket(ticket_id) if self.reads > 2 else None


@pytest.mark.parametrize("ticket_id", [OLD_ID, *INVALID_IDS])
async def test_old_or_invalid_ticket_id_is_not_waited_for(
    app: FastAPI, memory: InMemoryDatabase, ticket_id: str
) -> None:
    store = LateReplica(memory)
    async with served_in_memory(app, memory, store=store) as client:
        response = await client.post("/api/orders", json={"ticketId": ticket_id}, headers=cookie_for())
    assert (response.status_code, message(response)) == (404, "There is no such ticket.")
    assert store.reads <= 1


async def test_ticket_just_created_is_waited_for(app: FastAPI, memory: InMemoryDatabase) -> None:
    store = LateReplica(memory)
    ticket = await list_ticket(store)
    async with served_in_memory(app, memory, store=store) as client:
        response = await client.post("/api/orders", json={"ticketId": ticket.id}, headers=cookie_for())
    assert (response.status_code, store.reads) == (201, 3)


@pytest.mark.parametrize(("broker_available", "status"), [(True, 404), (False, 503)])
async def test_ticket_that_never_arrives(
    app: FastAPI, buyer: httpx.AsyncClient, broker_available: bool, status: int
) -> None:
    app.state.broker = SimpleNamespace(available=broker_available)
    response = await buyer.post("/api/orders", json={"ticketId": new_id()})
    assert (response.status_code, response.headers.get("Retry-After")) == (status, None if broker_available else "2")


@pytest.mark.parametrize("path", ["", f"/{OLD_ID}"])
async def test_routes_are_unavailable_before_the_indexes_exist(
    memory: InMemoryDatabase, buyer: httpx.AsyncClient, path: str
) -> None:
    memory.ready = False
    response = await buyer.get(f"/api/orders{path}")
    assert (response.status_code, "Retry-After" in response.headers) == (503, True)


async def test_order_of_a_newer_release_is_unavailable(
    memory: InMemoryDatabase, buyer: httpx.AsyncClient, order: Order
) -> None:
    await memory.collection("orders").update_one({"_id": order.id}, {"$set": {"status": "from a newer release"}})
    response = await buyer.get(f"/api/orders/{order.id}")
    assert (response.status_code, "Retry-After" in response.headers) == (503, True)


async def test_openapi_document_describes_orders(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    paths = {"/api/orders", "/api/orders/sales", "/api/orders/stream", "/api/orders/{order_id}"}
    assert set(document["paths"]) == paths
    fields = {"id", "status", "userId", "expiresAt", "version", "ticket", "summary", "reason", "payment"}
    assert set(schemas["OrderOut"]["properties"]) == fields
    assert set(schemas["OrderDetailsOut"]["properties"]) == fields | {"history"}
    assert set(schemas["TicketOut"]["required"]) == {"id", "title", "price", "version"}
