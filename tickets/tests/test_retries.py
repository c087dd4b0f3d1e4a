"""POST /api/tickets with an Idempotency-Key, on MongoDB, whose index decides between twins."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.mongo import new_id
from ticketing_test_support.apps import assert_refused, served
from ticketing_test_support.sessions import cookie_for

BODY = b'{"title": "Front row", "price": "20.00"}'
OTHER_BODY = BODY.replace(b"20", b"25")
KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"


class Seller:
    """A seller with a session of their own."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.session = cookie_for(new_id())

    async def post(self, body: bytes = BODY, *, key: str = KEY) -> httpx.Response:
        headers = {**self.session, "Content-Type": "application/json", "Idempotency-Key": key}
        return await self.http.post("/api/tickets", content=body, headers=headers)

    async def tickets(self) -> list[Mapping[str, object]]:
        found: list[Mapping[str, object]] = (await self.http.get("/api/tickets", headers=self.session)).json()
        return found


@pytest.fixture
async def seller(app: FastAPI) -> AsyncIterator[Seller]:
    """A seller at the service, which has no broker."""
    async with served(app) as http:
        yield Seller(http)


async def test_repeated_request_gets_the_same_response(seller: Seller) -> None:
    first = await seller.post()
    await seller.http.put(f"/api/tickets/{first.json()['id']}", content=OTHER_BODY, headers=seller.session)
    again = await seller.post(key=f'"{KEY}"')
    assert (again.status_code, again.content, again.headers["ETag"]) == (201, first.content, '"0"')
    assert "Idempotency-Replayed" not in first.headers
    assert (again.headers["Idempotency-Replayed"], len(await seller.tickets())) == ("true", 1)


async def test_twins_have_one_effect_and_equal_responses(seller: Seller) -> None:
    responses = await asyncio.gather(*(seller.post() for _ in range(20)))
    [ticket] = await seller.tickets()
    assert {(response.status_code, response.content) for response in responses} == {(201, responses[0].content)}
    assert responses[0].json() == ticket


async def test_key_of_another_body_is_refused(seller: Seller) -> None:
    await seller.post()
    assert_refused(await seller.post(OTHER_BODY), 422, "Idempotency-Key")
    assert len(await seller.tickets()) == 1


async def test_invalid_request_is_not_remembered(seller: Seller) -> None:
    assert_refused(await seller.post(b"{}"), 400, "title", "price")
    assert (await seller.post()).status_code == 201


async def test_invalid_key_is_refused(seller: Seller) -> None:
    assert_refused(await seller.post(key="x" * 256), 400, "Idempotency-Key")
    assert await seller.tickets() == []


async def test_keys_are_per_user(seller: Seller) -> None:
    other = Seller(seller.http)
    assert (await seller.post()).json()["id"] != (await other.post(OTHER_BODY)).json()["id"]


async def test_key_may_be_used_anew_after_a_day(seller: Seller, app: FastAPI) -> None:
    await seller.post()
    yesterday = datetime.now(UTC) - timedelta(hours=24)
    await app.state.database.collection("tickets").update_many({}, {"$set": {"request.at": yesterday}})
    assert (await seller.post(OTHER_BODY)).status_code == 201
    assert_refused(await seller.post(), 422, "Idempotency-Key")
    assert len(await seller.tickets()) == 2


async def test_tickets_show_nothing_of_the_request(seller: Seller) -> None:
    created = (await seller.post()).json()
    assert (await seller.tickets()) == [created]
    assert created.keys() == {"id", "title", "price", "userId", "version"}
