"""/api/orders as a browser sees it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.events import Envelope, TicketCreated
from ticketing_common.messaging import Broker, Publisher
from ticketing_common.mongo import new_id
from ticketing_orders.domain import Order
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.apps import served
from ticketing_test_support.orders import cancel, expire, list_ticket, pay, reload
from ticketing_test_support.sessions import cookie_for
from ticketing_test_support.waiting import eventually

OLD_ID = "5f" * 12
NO_IDS = ["nonsense", "F" * 24, "f" * 23, "f" * 25, "%00", "..", "{}", "x" * 2000]


@pytest.fixture
def orders(app: FastAPI) -> MongoOrderStore:
    """The store behind the routes."""
    store: MongoOrderStore = app.state.store
    return store


@pytest.fixture
def buyer_id() -> str:
    """The buyer that `buyer` is."""
    return new_id()


@pytest.fixture
def buyer(client: httpx.AsyncClient, buyer_id: str) -> httpx.AsyncClient:
    """A signed-in buyer."""
    client.headers.update(cookie_for(buyer_id))
    return client


@pytest.fixture
async def order(buyer: httpx.AsyncClient, orders: MongoOrderStore) -> Order:
    """An order that the buyer has just placed."""
    answer = await buyer.post("/api/orders", json={"ticketId": (await list_ticket(orders)).id})
    assert answer.status_code == 201
    found = await orders.find(answer.json()["id"])
    assert found is not None
    return found


def message(answer: httpx.Response) -> str:
    """The one message of an error, in the envelope."""
    [error] = answer.json()["errors"]
    return str(error["message"])


async def test_placing_answers_201_and_the_order_in_exactly_this_shape(
    buyer: httpx.AsyncClient, orders: MongoOrderStore, buyer_id: str
) -> None:
    ticket, asked_at = await list_ticket(orders, price=1999), datetime.now(UTC)
    answer = await buyer.post("/api/orders", json={"ticketId": ticket.id})
    body = answer.json()
    assert answer.status_code == 201
    assert body == {
        "id": body["id"],
        "status": "created",
        "userId": buyer_id,
        "expiresAt": body["expiresAt"],
        "version": 0,
        "ticket": {"id": ticket.id, "title": "Front row", "price": 19.99, "version": 0},
        "summary": {"state": "awaiting_payment", "text": body["summary"]["text"], "final": False},
    }
    assert body["expiresAt"].endswith("Z")
    left = datetime.fromisoformat(body["expiresAt"]) - asked_at
    assert timedelta(seconds=899) < left < timedelta(seconds=910)


@pytest.mark.parametrize(("price", "shown"), [(50, "0.5"), (1250, "12.5"), (1999, "19.99"), (99_999_999, "999999.99")])
async def test_the_price_is_a_json_number_in_dollars(
    buyer: httpx.AsyncClient, orders: MongoOrderStore, price: int, shown: str
) -> None:
    answer = await buyer.post("/api/orders", json={"ticketId": (await list_ticket(orders, price=price)).id})
    assert f'"price":{shown},' in answer.text


@pytest.mark.parametrize("seen", [12.5, "12.50", None])
async def test_order_at_the_price_seen_is_placed(buyer: httpx.AsyncClient, orders: MongoOrderStore, seen: Any) -> None:
    body = {"ticketId": (await list_ticket(orders, price=1250)).id, "price": seen}
    assert (await buyer.post("/api/orders", json=body)).status_code == 201


async def test_changed_price_is_409_and_nothing_is_reserved(buyer: httpx.AsyncClient, orders: MongoOrderStore) -> None:
    ticket = await list_ticket(orders, price=9900)
    answer = await buyer.post("/api/orders", json={"ticketId": ticket.id, "price": "30.00"})
    error = {"message": "The price is now $99.00.", "field": "price", "currentPrice": 99.0}
    assert (answer.status_code, answer.json()) == (409, {"errors": [error]})
    assert (await buyer.get("/api/orders")).json() == []


async def test_reserved_ticket_at_another_price_is_400(buyer: httpx.AsyncClient, order: Order) -> None:
    answer = await buyer.post("/api/orders", json={"ticketId": order.ticket.id, "price": 99})
    assert (answer.status_code, "already reserved" in message(answer)) == (400, True)


async def test_a_reserved_ticket_is_400_to_everybody(buyer: httpx.AsyncClient, order: Order) -> None:
    for headers in ({}, cookie_for()):
        answer = await buyer.post("/api/orders", json={"ticketId": order.ticket.id}, headers=headers)
        assert (answer.status_code, "already reserved" in message(answer)) == (400, True)


async def test_of_fifty_orders_at_once_one_is_201_and_the_others_are_400(
    client: httpx.AsyncClient, orders: MongoOrderStore
) -> None:
    body = {"ticketId": (await list_ticket(orders)).id}
    answers = await asyncio.gather(*(client.post("/api/orders", json=body, headers=cookie_for()) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [201] + [400] * 49


async def test_a_cancelled_tickets_can_be_ordered_again(buyer: httpx.AsyncClient, order: Order) -> None:
    await buyer.delete(f"/api/orders/{order.id}")
    answer = await buyer.post("/api/orders", json={"ticketId": order.ticket.id})
    assert answer.status_code == 201


async def test_an_order_is_read_by_its_buyer(buyer: httpx.AsyncClient, order: Order) -> None:
    answer = await buyer.get(f"/api/orders/{order.id}")
    assert (answer.status_code, answer.json()["id"], answer.json()["version"]) == (200, order.id, 0)
    assert not answer.json().keys() & {"reason", "payment"}


async def test_cancelled_order_has_a_reason(buyer: httpx.AsyncClient, orders: MongoOrderStore, order: Order) -> None:
    await expire(orders, order)
    assert (await buyer.get(f"/api/orders/{order.id}")).json()["reason"] == "expired"
    await cancel(orders, order)
    body = (await buyer.get(f"/api/orders/{order.id}")).json()
    assert (body["status"], body["reason"], body["version"]) == ("cancelled", "buyer", 2)


async def test_a_paid_order_shows_its_payment(buyer: httpx.AsyncClient, orders: MongoOrderStore, order: Order) -> None:
    await pay(orders, order)
    body = (await buyer.get(f"/api/orders/{order.id}")).json()
    assert body["status"] == "complete"
    assert body["payment"] == {"status": "succeeded", "amount": 12.5, "refunded": 0}
    assert "reason" not in body


async def test_cancelling_answers_204_also_twice_and_also_when_it_had_expired(
    buyer: httpx.AsyncClient, orders: MongoOrderStore, order: Order
) -> None:
    await expire(orders, order)
    for _ in range(2):
        answer = await buyer.delete(f"/api/orders/{order.id}")
        assert (answer.status_code, answer.content) == (204, b"")
    assert (await buyer.get(f"/api/orders/{order.id}")).json()["reason"] == "buyer"


async def test_paid_order_cannot_be_cancelled(buyer: httpx.AsyncClient, orders: MongoOrderStore, order: Order) -> None:
    await pay(orders, order)
    answer = await buyer.delete(f"/api/orders/{order.id}")
    assert (answer.status_code, "complete" in message(answer)) == (400, True)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_anothers_order_is_401_and_stays_as_it_is(
    buyer: httpx.AsyncClient, orders: MongoOrderStore, order: Order, method: str
) -> None:
    answer = await buyer.request(method, f"/api/orders/{order.id}", headers=cookie_for())
    assert (answer.status_code, "Not authorized" in message(answer)) == (401, True)
    assert await reload(orders, order) == order


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("order_id", [OLD_ID, *NO_IDS[:4], "%00", "x" * 2000])
async def test_an_order_that_is_not_there_is_404(buyer: httpx.AsyncClient, method: str, order_id: str) -> None:
    answer = await buyer.request(method, f"/api/orders/{order_id}")
    assert (answer.status_code, message(answer)) == (404, "There is no such order.")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/orders"),
        ("GET", "/api/orders"),
        ("GET", f"/api/orders/{OLD_ID}"),
        ("DELETE", f"/api/orders/{OLD_ID}"),
    ],
)
async def test_every_route_wants_a_session(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path, json={"ticketId": OLD_ID} if method == "POST" else None)
    assert (answer.status_code, message(answer)) == (401, "Not authorized: sign in first.")


async def test_list_has_own_orders_newest_first(buyer: httpx.AsyncClient, orders: MongoOrderStore) -> None:
    placed = []
    for _ in range(3):
        body = {"ticketId": (await list_ticket(orders)).id}
        placed.append((await buyer.post("/api/orders", json=body)).json())
    await buyer.post("/api/orders", json={"ticketId": (await list_ticket(orders)).id}, headers=cookie_for())
    assert (await buyer.get("/api/orders")).json() == placed[::-1]


async def test_the_list_is_empty_for_who_ordered_nothing(buyer: httpx.AsyncClient) -> None:
    answer = await buyer.get("/api/orders")
    assert (answer.status_code, answer.json(), "Link" in answer.headers) == (200, [], False)


async def test_the_list_is_cut_at_the_limit_and_its_link_leads_through_the_rest(
    buyer: httpx.AsyncClient, orders: MongoOrderStore
) -> None:
    placed = []
    for _ in range(5):
        body = {"ticketId": (await list_ticket(orders)).id}
        placed.append((await buyer.post("/api/orders", json=body)).json()["id"])
    seen, path = [], "/api/orders?limit=2"
    for _ in range(3):
        answer = await buyer.get(path)
        seen.append([item["id"] for item in answer.json()])
        path = answer.links.get("next", {}).get("url", "")
    assert (seen, path) == ([placed[:2:-1], placed[2:0:-1], placed[:1]], "")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=1e309", "after=nonsense", "after="])
async def test_a_senseless_page_is_400_and_names_the_field(buyer: httpx.AsyncClient, query: str) -> None:
    answer = await buyer.get(f"/api/orders?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, query.partition("=")[0])


@pytest.mark.parametrize("ticket_id", [OLD_ID, *NO_IDS])
async def test_an_old_or_impossible_ticket_is_404_at_once(buyer: httpx.AsyncClient, ticket_id: str) -> None:
    began = time.monotonic()
    answer = await buyer.post("/api/orders", json={"ticketId": ticket_id})
    assert (answer.status_code, message(answer)) == (404, "There is no such ticket.")
    assert time.monotonic() - began < 1


async def test_a_young_unknown_ticket_is_503_with_retry_after_while_the_broker_is_out_of_reach(
    buyer: httpx.AsyncClient,
) -> None:
    began = time.monotonic()
    answer = await buyer.post("/api/orders", json={"ticketId": new_id()})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert 1.9 < time.monotonic() - began < 4


@pytest.fixture
async def connected_buyer(make_app: Callable[[str], FastAPI], nats_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A signed-in buyer of a service that has its broker."""
    app = make_app(nats_url)
    async with served(app) as client:
        await eventually(lambda: app.state.broker.connected, what="the broker being connected")
        client.headers.update(cookie_for())
        yield client


async def test_a_young_unknown_ticket_is_404_after_two_seconds_with_the_broker_up(
    connected_buyer: httpx.AsyncClient,
) -> None:
    began = time.monotonic()
    answer = await connected_buyer.post("/api/orders", json={"ticketId": new_id()})
    assert (answer.status_code, message(answer)) == (404, "There is no such ticket.")
    assert 1.9 < time.monotonic() - began < 4


async def test_ordering_a_ticket_just_created_waits_for_the_event_that_tells_of_it(
    connected_buyer: httpx.AsyncClient, broker: Broker
) -> None:
    created = TicketCreated(id=new_id(), version=0, title="Just listed", price=700, user_id=new_id())

    async def tell_late() -> None:
        await asyncio.sleep(0.5)
        await Publisher(broker).publish([Envelope.from_event(created, occurred_at=datetime.now(UTC), traceparent="")])

    answer, _ = await asyncio.gather(connected_buyer.post("/api/orders", json={"ticketId": created.id}), tell_late())
    assert (answer.status_code, answer.json()["ticket"]["price"]) == (201, 7)


async def test_sales_go_on_while_the_broker_is_out_of_reach(buyer: httpx.AsyncClient, order: Order) -> None:
    ready = await buyer.get("/healthz/ready")
    assert (ready.status_code, ready.json()["nats"]) == (200, "down")
    assert (await buyer.get("/api/orders")).json()[0]["id"] == order.id


async def test_until_the_indexes_exist_the_routes_answer_503(app: FastAPI, client: httpx.AsyncClient) -> None:
    app.state.database.ready = False
    for method, body in (("GET", None), ("POST", {"ticketId": OLD_ID})):
        answer = await client.request(method, "/api/orders", json=body, headers=cookie_for())
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)


async def test_the_openapi_document_names_what_the_routes_answer(client: httpx.AsyncClient) -> None:
    document: dict[str, Any] = (await client.get("/openapi.json")).json()
    assert set(document["paths"]) == {"/api/orders", "/api/orders/{order_id}"}
    assert set(document["components"]["schemas"]["OrderOut"]["properties"]) == {
        *("id", "status", "userId", "expiresAt", "version", "ticket", "summary", "reason", "payment")
    }
