"""Invalid requests get the error envelope, never a 500, and write nothing."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest

from ticketing_common.mongo import new_id
from ticketing_common.tokens import issue
from ticketing_test_support.apps import assert_refused
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.sessions import cookie_for

SELLER = cookie_for()
GOOD = {"title": "Front row", "price": 12.5}


async def send(client: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    """Send raw bytes as a new ticket; nothing is created."""
    sent = {"Content-Type": "application/json", **SELLER, **headers}
    response = await client.post("/api/tickets", content=body, headers=sent)
    assert (await client.get("/api/tickets")).json() == []
    return response


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[",
        b"nonsense",
        b"{'title': 'x'}",
        b'{"title": "x", "price": 1',
        b"null",
        b"[]",
        b'"text"',
        b"1",
        b"true",
        b"\xff\xfe{}",
        b'{"title": "\xff", "price": 1}',
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"title": "x", "price": %s}' % (b"9" * 5_000),
    ],
    ids=lambda body: repr(body[:20]),
)
async def test_body_must_be_a_json_object(client: httpx.AsyncClient, body: bytes) -> None:
    assert_refused(await send(client, body), 400)


BAD_PRICES = [
    *("0", "0.49", "0.499", "-1", "-0.5", "1000000", "999999.999", "12.345", "0.1e-5"),
    *("1e309", "-1e309", "1e15", "1e300", "9" * 401, "NaN", "Infinity", "-Infinity"),
    *("true", "false", "null", "[]", "[1]", "{}"),
    *(
        '"x"',
        '""',
        '" 20"',
        '"20 "',
        '"+20"',
        '"-20"',
        '"1e3"',
        '"1,000"',
        '".5"',
        '"5."',
        '"\u0665"',
        '"0.49"',
        '"9.999"',
    ),
]


@pytest.mark.parametrize("price", BAD_PRICES)
async def test_invalid_price_is_refused_by_name(client: httpx.AsyncClient, price: str) -> None:
    assert_refused(await send(client, b'{"title": "x", "price": %s}' % price.encode()), 400, "price")


@pytest.mark.parametrize(("sent", "price"), [("20", 20), ("20.00", 20), ("12.5", 12.5), ("0.50", 0.5), (" 20", None)])
async def test_price_may_be_a_decimal_string(client: httpx.AsyncClient, sent: str, price: float | None) -> None:
    response = await client.post("/api/tickets", json={"title": "x", "price": sent}, headers=SELLER)
    assert response.json().get("price") == price


@pytest.mark.parametrize("price", [-1, 0.1, "0.1", 12.345, "x", None])
@pytest.mark.parametrize("title", ["", 5, "two\nlines"])
async def test_all_invalid_fields_are_named_in_one_response(client: httpx.AsyncClient, title: Any, price: Any) -> None:
    assert_refused(await send(client, json.dumps({"title": title, "price": price}).encode()), 400, "title", "price")


@pytest.mark.parametrize(
    "title",
    [
        *("", "  \t ", "x" * 201, "x" * 10_000, "nul\0", "two\nlines", "\ud800", "ab\udfff", "\u200b", "a\u2028b"),
        *(None, 1, 1.5, True, [], ["x"], {}, {"$ne": ""}),
    ],
    ids=lambda title: repr(title)[:20].encode("ascii", "replace").decode(),
)
async def test_invalid_title_is_refused_by_name(client: httpx.AsyncClient, title: Any) -> None:
    assert_refused(await send(client, json.dumps({"title": title, "price": 1}).encode()), 400, "title")


async def test_each_missing_field_is_named(client: httpx.AsyncClient) -> None:
    assert_refused(await send(client, b"{}"), 400, "title", "price")
    assert_refused(await send(client, b'{"title": "x"}'), 400, "price")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_non_json_content_type_is_refused(client: httpx.AsyncClient, media_type: str) -> None:
    assert_refused(await send(client, json.dumps(GOOD).encode(), **{"Content-Type": media_type}), 400)


async def test_unknown_fields_are_ignored(client: httpx.AsyncClient) -> None:
    overfull = {**GOOD, "id": "x", "userId": "x", "version": 9, "orderId": "x", "$set": {}, "\ud800": 1}
    response = await client.post(
        "/api/tickets", content=json.dumps(overfull), headers={**SELLER, "Content-Type": "application/json"}
    )
    assert response.status_code == 201
    assert (response.json()["version"], "orderId" in response.json()) == (0, False)


async def test_oversized_body_is_refused(client: httpx.AsyncClient) -> None:
    assert_refused(await send(client, b" " * 10_000_000), 413)


async def test_endless_body_is_refused(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 100_000

    response = await client.post(
        "/api/tickets", content=chunks(), headers={**SELLER, "Content-Type": "application/json"}
    )
    assert_refused(response, 413)


def forged(**claims: Any) -> dict[str, str]:
    """A cookie signed with the right key but with wrong claims."""
    now = datetime.now(UTC)
    good = {"id": new_id(), "email": "someone@example.com", "iat": now, "exp": now + timedelta(hours=1)}
    token = {name: value for name, value in {**good, **claims}.items() if value is not None}
    return {"Cookie": f"session={jwt.encode(token, JWT_SECRET, algorithm='HS256')}"}


LONG_AGO = datetime.now(UTC) - timedelta(days=30)
BAD_COOKIES = {
    "none": {},
    "empty": {"Cookie": "session="},
    "garbage": {"Cookie": "session=garbage"},
    "no base64": {"Cookie": "session=a.b.c"},
    "binary": {"Cookie": "session=\x80\xff"},
    "long": {"Cookie": f"session={'x' * 8_000}"},
    "expired": {"Cookie": f"session={issue(user_id=new_id(), email='a@b.c', secret=JWT_SECRET, now=LONG_AGO)}"},
    "another key": cookie_for(secret="another-secret-that-is-long-enough-0123456789"),
    "alg none": {
        "Cookie": f"session={jwt.encode({'id': new_id(), 'email': 'a@b.c', 'iat': 1, 'exp': 9**11}, None, 'none')}"
    },
    "no end": forged(exp=None),
    "no id": forged(id=None),
    "a number as id": forged(id=7),
    "an object as id": forged(id={"$ne": ""}),
}


@pytest.mark.parametrize("cookie", BAD_COOKIES.values(), ids=BAD_COOKIES.keys())
async def test_invalid_session_is_401(client: httpx.AsyncClient, cookie: dict[str, str]) -> None:
    raw = {name.encode(): value.encode("latin-1") for name, value in cookie.items()}
    for response in (
        await client.post("/api/tickets", json=GOOD, headers=raw),
        await client.put(f"/api/tickets/{new_id()}", json=GOOD, headers=raw),
        await client.get("/api/tickets?seller=me", headers=raw),
    ):
        assert_refused(response, 401)
    assert (await client.get("/api/tickets", headers=raw)).json() == []


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/ticket", "/api/tickets/6b03400a378002db41e476fa/more", "/api/%2e%2e/x", "/%00"]
)
async def test_unknown_route_is_404(client: httpx.AsyncClient, path: str) -> None:
    assert_refused(await client.get(path), 404)


@pytest.mark.parametrize(
    ("path", "allowed"), [("/api/tickets", "GET, HEAD, POST"), ("/api/tickets/x", "DELETE, GET, HEAD, PUT")]
)
async def test_wrong_method_is_405_with_allow(client: httpx.AsyncClient, path: str, allowed: str) -> None:
    response = await client.patch(path, json=GOOD, headers=SELLER)
    assert_refused(response, 405)
    assert response.headers["Allow"] == allowed
