"""What no client should send: the error envelope with a fitting status, never a 500, and nothing written."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from fastapi import FastAPI

from ticketing_common.mongo import new_id
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.orders import list_ticket
from ticketing_test_support.sessions import cookie_for


@pytest.fixture(autouse=True)
async def nothing_is_written(app: FastAPI, client: httpx.AsyncClient) -> Any:
    """Whatever a test here sends, no order comes of it."""
    await list_ticket(app.state.store)
    yield
    assert await app.state.database.collection("orders").count_documents({}) == 0


def messages(answer: httpx.Response) -> list[str]:
    """What the envelope says; an error has nothing beside it."""
    assert set(answer.json()) == {"errors"}
    return [error["message"] for error in answer.json()["errors"]]


BODIES = {
    "nothing": b"",
    "malformed": b'{"ticketId": ',
    "not UTF-8": b'{"ticketId": "\xff"}',
    "not JSON": b"ticketId=1",
    "null": b"null",
    "a string": b'"f"',
    "a number": b"1e309",
    "a list": b"[]",
    "nested beyond reason": b'{"ticketId":' + b"[" * 50_000,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_body_that_is_no_json_object_is_400(client: httpx.AsyncClient, body: bytes) -> None:
    headers = {**cookie_for(), "Content-Type": "application/json"}
    answer = await client.post("/api/orders", content=body, headers=headers)
    assert (answer.status_code, len(messages(answer))) == (400, 1)


VALUES = {
    "missing": b"{}",
    "null": b'{"ticketId": null}',
    "a number": b'{"ticketId": 5}',
    "too large a number": b'{"ticketId": 1e309}',
    "not a number": b'{"ticketId": NaN}',
    "a boolean": b'{"ticketId": true}',
    "a list": b'{"ticketId": ["ffffffffffffffffffffffff"]}',
    "a query": b'{"ticketId": {"$ne": null}}',
    "empty": b'{"ticketId": ""}',
    "half a character": b'{"ticketId": "\\ud800"}',
    "misspelled": b'{"ticketID": "ffffffffffffffffffffffff"}',
}


@pytest.mark.parametrize("body", VALUES.values(), ids=VALUES.keys())
async def test_a_ticket_id_that_is_no_text_is_400_and_names_the_field(client: httpx.AsyncClient, body: bytes) -> None:
    headers = {**cookie_for(), "Content-Type": "application/json"}
    answer = await client.post("/api/orders", content=body, headers=headers)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["ticketId"]


async def test_invalid_ticket_id_and_price_are_both_named(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/orders", json={"ticketId": "", "price": "1e2"}, headers=cookie_for())
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["ticketId", "price"]


async def test_fields_that_nobody_asked_for_are_ignored(client: httpx.AsyncClient) -> None:
    body = {"ticketId": "5f" * 12, "userId": new_id(), "status": "complete", "__proto__": {}}
    answer = await client.post("/api/orders", json=body, headers=cookie_for())
    assert (answer.status_code, messages(answer)) == (404, ["There is no such ticket."])


async def test_a_ticket_id_of_a_megabyte_is_404(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/orders", json={"ticketId": "f" * 2**20}, headers=cookie_for())
    assert (answer.status_code, messages(answer)) == (404, ["There is no such ticket."])


async def test_a_body_of_ten_megabytes_is_413(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/orders", content=b"x" * 10**7, headers=cookie_for())
    assert (answer.status_code, len(messages(answer))) == (413, 1)


def signed(claims: dict[str, Any], *, key: str = JWT_SECRET, algorithm: str = "HS256") -> str:
    """A token with these claims over those of a good one."""
    now = datetime.now(UTC)
    good = {"id": new_id(), "email": "a@example.com", "iat": now, "exp": now + timedelta(hours=1)}
    claims = {name: value for name, value in {**good, **claims}.items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm)


COOKIES = {
    "empty": "",
    "garbage": "garbage",
    "three parts of garbage": "a.b.c",
    "expired": signed({"exp": datetime.now(UTC) - timedelta(seconds=1)}),
    "another key": signed({}, key="another-secret-of-sufficient-length-9876543210"),
    "alg none": signed({}, key="", algorithm="none"),
    "no expiry": signed({"exp": None}),
    "no id": signed({"id": None}),
    "an id that is no text": signed({"id": {"$ne": ""}}),
    "a megabyte": "x" * 2**20,
}


@pytest.mark.parametrize("cookie", COOKIES.values(), ids=COOKIES.keys())
async def test_a_bad_cookie_is_401(client: httpx.AsyncClient, cookie: str) -> None:
    answer = await client.post("/api/orders", json={"ticketId": "5f" * 12}, headers={"Cookie": f"session={cookie}"})
    assert (answer.status_code, messages(answer)) == (401, ["Not authorized: sign in first."])


async def test_an_unknown_route_is_404(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/orders/a/b", headers=cookie_for())
    assert (answer.status_code, len(messages(answer))) == (404, 1)


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/api/orders"), ("DELETE", "/api/orders"), ("POST", "/api/orders/x")]
)
async def test_a_wrong_method_is_405_and_the_right_ones_are_named(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await client.request(method, path, headers=cookie_for())
    assert (answer.status_code, len(messages(answer))) == (405, 1)
    assert answer.headers["Allow"]
