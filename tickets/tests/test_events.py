"""Published and consumed events, on a real MongoDB and a real broker."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.events import Envelope, OrderCancelled, OrderCreated, OrderState
from ticketing_common.messaging import Broker, Publisher
from ticketing_common.mongo import new_id
from ticketing_common.observability import tracing
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_test_support.apps import served
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.outbox import is_outbox_empty
from ticketing_test_support.samples import order_event
from ticketing_test_support.sessions import cookie_for
from ticketing_test_support.waiting import eventually
from ticketing_tickets.app import create_app
from ticketing_tickets.settings import Settings

SELLER_ID = new_id()
SELLER = cookie_for(SELLER_ID)


@pytest.fixture
def app(mongo_uri: str, nats_url: str) -> FastAPI:
    """The service with a broker."""
    return create_app(Settings(mongo_uri=mongo_uri, nats_url=nats_url, jwt_secret=JWT_SECRET))


@pytest.fixture
async def ticket(client: httpx.AsyncClient) -> dict[str, Any]:
    """A ticket that has just been put on sale."""
    response = await client.post("/api/tickets", json={"title": "Front row", "price": 12.5}, headers=SELLER)
    ticket: dict[str, Any] = response.json()
    return ticket


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with served(app) as client:
        yield client


async def published(broker: Broker, subject: str) -> list[tuple[str, dict[str, Any]]]:
    """Every event of the subject in the stream: its id and its data."""
    last = (await broker.jetstream.stream_info(EVENTS_STREAM)).state.last_seq
    messages = [await broker.jetstream.get_msg(EVENTS_STREAM, sequence) for sequence in range(1, last + 1)]
    return [
        ((message.headers or {})["Nats-Msg-Id"], json.loads(message.data or b""))
        for message in messages
        if message.subject == subject
    ]


async def publish(broker: Broker, *events: OrderState) -> None:
    """Publish as orders would."""
    envelopes = [Envelope.from_event(e, occurred_at=datetime.now(UTC), traceparent=tracing.begin()) for e in events]
    assert await Publisher(broker).publish(envelopes) == {envelope.id for envelope in envelopes}


async def test_new_ticket_is_published_once(app: FastAPI, broker: Broker, ticket: dict[str, Any]) -> None:
    await eventually(lambda: is_outbox_empty(app.state.store.documents), what="the outbox being empty")
    whole = {
        "id": ticket["id"],
        "version": 0,
        "title": "Front row",
        "price": 1250,
        "userId": SELLER_ID,
        "orderId": None,
        "reservedUntil": None,
        "withdrawn": False,
        "step": "new",
    }
    assert await published(broker, "ticket.created") == [(f"ticket.created:{ticket['id']}:0", whole)]


async def test_order_created_reserves_ticket_and_publishes(
    client: httpx.AsyncClient, broker: Broker, ticket: dict[str, Any]
) -> None:
    order = order_event(OrderCreated, ticket_id=ticket["id"])
    await publish(broker, order)

    async def was_published() -> bool:
        return len(await published(broker, "ticket.updated")) == 1

    await eventually(was_published, what="ticket.updated in the stream")
    [(event_id, data)] = await published(broker, "ticket.updated")
    assert (event_id, data["orderId"]) == (f"ticket.updated:{ticket['id']}:1", order.id)
    assert (await client.get(f"/api/tickets/{ticket['id']}")).json()["orderId"] == order.id


async def test_order_cancelled_releases_ticket(
    client: httpx.AsyncClient, broker: Broker, ticket: dict[str, Any]
) -> None:
    order = order_event(OrderCreated, ticket_id=ticket["id"])
    await publish(broker, order, order_event(OrderCancelled, id=order.id, ticket_id=ticket["id"], version=1))
    later = order_event(OrderCreated, ticket_id=ticket["id"], hold=2)
    await publish(broker, later)

    async def held_by_the_later() -> bool:
        return bool((await client.get(f"/api/tickets/{ticket['id']}")).json().get("orderId") == later.id)

    await eventually(held_by_the_later, what="the later order holding the ticket")


async def test_events_are_published_after_a_broker_outage(app: FastAPI, mongo_uri: str, broker: Broker) -> None:
    without_broker = create_app(Settings(mongo_uri=mongo_uri, nats_url="nats://127.0.0.1:1", jwt_secret=JWT_SECRET))
    async with served(without_broker) as client:
        response = await client.post("/api/tickets", json={"title": "Front row", "price": 12.5}, headers=SELLER)
        ready = await client.get("/healthz/ready")
    assert (response.status_code, ready.status_code, ready.json()["nats"]) == (201, 200, "down")
    async with served(app):
        await eventually(lambda: is_outbox_empty(app.state.store.documents), what="the outbox being empty")
    assert [event_id for event_id, _ in await published(broker, "ticket.created")] == [
        f"ticket.created:{response.json()['id']}:0"
    ]
