"""POST /api/orders with an Idempotency-Key, on MongoDB, whose indexes decide between twins."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.mongo import Database, new_id
from ticketing_orders.domain import Order, Ticket
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.apps import assert_refused, served_in_memory
from ticketing_test_support.orders import cancel, expire, list_ticket, pay, place, withdraw
from ticketing_test_support.outbox import pending_events
from ticketing_test_support.sessions import cookie_for

BUYER_ID = new_id()


@pytest.fixture
async def buyer(app: FastAPI, database: Database, real_store: MongoOrderStore) -> AsyncIterator[httpx.AsyncClient]:
    """A signed-in buyer."""
    async with served_in_memory(app, database, store=real_store) as client:
        client.headers.update(cookie_for(BUYER_ID))
        yield client


@pytest.fixture
async def ticket(real_store: MongoOrderStore) -> Ticket:
    """A ticket on sale."""
    return await list_ticket(real_store)


async def order(buyer: httpx.AsyncClient, ticket: Ticket, *, key: str = "key") -> httpx.Response:
    return await buyer.post("/api/orders", json={"ticketId": ticket.id}, headers={"Idempotency-Key": key})


async def orders(buyer: httpx.AsyncClient) -> int:
    return len((await buyer.get("/api/orders")).json())


async def test_twins_reserve_once_and_get_equal_responses(buyer: httpx.AsyncClient, ticket: Ticket) -> None:
    responses = await asyncio.gather(*(order(buyer, ticket) for _ in range(20)))
    assert {(response.status_code, response.content) for response in responses} == {(201, responses[0].content)}
    assert [response.headers.get("Idempotency-Replayed") for response in responses].count(None) == 1
    assert await orders(buyer) == 1


@pytest.mark.parametrize("happened", [pay, cancel, expire, withdraw])
async def test_retry_gets_the_first_response_whatever_happened_since(
    buyer: httpx.AsyncClient,
    real_store: MongoOrderStore,
    ticket: Ticket,
    happened: Callable[[MongoOrderStore, Order], Awaitable[object]],
) -> None:
    first = await order(buyer, ticket)
    placed = await real_store.find(first.json()["id"])
    assert placed is not None
    await happened(real_store, placed)
    again = await order(buyer, ticket)
    assert (again.status_code, again.content, await orders(buyer)) == (201, first.content, 1)


async def test_key_of_another_ticket_is_refused(
    buyer: httpx.AsyncClient, real_store: MongoOrderStore, ticket: Ticket
) -> None:
    await order(buyer, ticket)
    assert_refused(await order(buyer, await list_ticket(real_store)), 422, "Idempotency-Key")
    assert await orders(buyer) == 1


async def test_refusal_is_not_remembered(buyer: httpx.AsyncClient, real_store: MongoOrderStore, ticket: Ticket) -> None:
    held = await place(real_store, ticket)
    assert_refused(await order(buyer, ticket), 400)
    await cancel(real_store, held)
    assert (await order(buyer, ticket)).status_code == 201


async def test_orders_show_nothing_of_the_request(buyer: httpx.AsyncClient, ticket: Ticket) -> None:
    created = (await order(buyer, ticket)).json()
    assert (await buyer.get("/api/orders")).json() == [created]
    shown = (await buyer.get(f"/api/orders/{created['id']}")).json()
    assert shown.keys() - created.keys() == {"history"}


async def test_events_carry_nothing_of_the_request(
    buyer: httpx.AsyncClient, real_store: MongoOrderStore, ticket: Ticket
) -> None:
    await order(buyer, ticket, key="a-key-that-nobody-else-sees")
    [event] = await pending_events(real_store.documents)
    assert "a-key-that-nobody-else-sees" not in event.model_dump_json()
