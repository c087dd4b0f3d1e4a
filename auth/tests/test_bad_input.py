"""Invalid requests get the error envelope, never a 500, and create no account."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest

from ticketing_common.tokens import issue
from ticketing_test_support.apps import assert_refused
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.memory import InMemoryDatabase
from ticketing_test_support.sessions import cookie_for

GOOD = {"email": "someone@example.com", "password": "open sesame"}


@pytest.fixture(autouse=True)
async def no_account_is_created(client: httpx.AsyncClient, database: InMemoryDatabase) -> Any:
    """The database is still empty after each test."""
    yield
    assert await database.collection("users").count_documents({}) == 0


async def send(client: httpx.AsyncClient, route: str, body: Any) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post(f"/api/users/{route}", content=content, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("route", ["signup", "signin"])
@pytest.mark.parametrize(
    "email",
    [
        *(
            "",
            " ",
            "someone",
            "@example.com",
            "someone@",
            "someone@localhost",
            "some one@example.com",
            "a@b@example.com",
        ),
        *("someone@example..com", ".someone@example.com", "someone@-example.com", "someone@exa_mple.com"),
        *("x" * 288 + "@example.com", "x" * 65 + "@example.com", "a@" + "x" * 64 + ".com"),
        *("nul\0@example.com", "line\n@example.com", "\ud800@example.com", "someone@[127.0.0.1]", "A <a@example.com>"),
        *(None, 1, True, [], ["someone@example.com"], {"$ne": ""}),
    ],
    ids=lambda email: repr(email)[:24].encode("ascii", "replace").decode(),
)
async def test_invalid_address_is_refused(client: httpx.AsyncClient, route: str, email: Any) -> None:
    assert_refused(await send(client, route, {**GOOD, "email": email}), 400, "email")


@pytest.mark.parametrize(
    "password",
    ["", "123", "x" * 129, "x" * 60_000, "\ud800\ud800\ud800\ud800", None, 12345, True, [], ["1234"], {"$ne": ""}],
    ids=lambda password: repr(password)[:20].encode("ascii", "replace").decode(),
)
async def test_password_out_of_bounds_is_refused(client: httpx.AsyncClient, password: Any) -> None:
    assert_refused(await send(client, "signup", {**GOOD, "password": password}), 400, "password")


@pytest.mark.parametrize("password", ["", "x" * 129, "x" * 60_000, "\ud800", None, 12345, {"$ne": ""}])
async def test_impossible_password_does_not_sign_in(client: httpx.AsyncClient, password: Any) -> None:
    assert_refused(await send(client, "signin", {**GOOD, "password": password}), 400, "password")


async def test_response_never_contains_the_password(client: httpx.AsyncClient) -> None:
    response = await send(client, "signup", {"email": "none", "password": ["open sesame"]})
    assert_refused(response, 400, "email", "password")
    assert "sesame" not in response.text


@pytest.mark.parametrize("route", ["signup", "signin"])
@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'"x"', b"\xff", b"[" * 60_000, b"{'email': 1}"])
async def test_body_must_be_a_json_object(client: httpx.AsyncClient, route: str, body: bytes) -> None:
    assert_refused(await send(client, route, body), 400)


@pytest.mark.parametrize("route", ["signup", "signin"])
async def test_each_missing_field_is_named(client: httpx.AsyncClient, route: str) -> None:
    assert_refused(await send(client, route, {}), 400, "email", "password")


async def test_oversized_body_is_refused(client: httpx.AsyncClient) -> None:
    assert_refused(await send(client, "signup", b" " * 10_000_000), 413)


def signed(**claims: Any) -> dict[str, str]:
    """A cookie with these claims, signed with the right key; None leaves a claim out."""
    now = datetime.now(UTC)
    good = {"id": "1", "email": "someone@example.com", "iat": now, "exp": now + timedelta(hours=1)}
    token = {name: value for name, value in {**good, **claims}.items() if value is not None}
    return {"Cookie": f"session={jwt.encode(token, JWT_SECRET, algorithm='HS256')}"}


LONG_AGO = datetime.now(UTC) - timedelta(days=30)
NOT_SIGNED = jwt.encode({"id": "1", "email": "someone@example.com", "iat": 1, "exp": 9**11}, None, "none")
BAD_COOKIES = {
    "none": {},
    "empty": {"Cookie": "session="},
    "garbage": {"Cookie": "session=garbage"},
    "binary": {"Cookie": "session=\x80\xff"},
    "long": {"Cookie": f"session={'x' * 8_000}"},
    "expired": {"Cookie": f"session={issue(user_id='1', email='a@b.cd', secret=JWT_SECRET, now=LONG_AGO)}"},
    "another key": cookie_for(secret="another-secret-that-is-long-enough-0123456789"),
    "alg none": {"Cookie": f"session={NOT_SIGNED}"},
    "no end": signed(exp=None),
    "no email": signed(email=None),
    "a number as id": signed(id=7),
}


@pytest.mark.parametrize("cookie", BAD_COOKIES.values(), ids=BAD_COOKIES.keys())
async def test_invalid_session_is_anonymous(client: httpx.AsyncClient, cookie: dict[str, str]) -> None:
    raw = {name.encode(): value.encode("latin-1") for name, value in cookie.items()}
    response = await client.get("/api/users/currentuser", headers=raw)
    assert (response.status_code, response.json()) == (200, {"currentUser": None})


async def test_unknown_route_is_404(client: httpx.AsyncClient) -> None:
    assert_refused(await client.get("/api/users/unknown"), 404)


async def test_wrong_method_is_405(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/users/signup")
    assert_refused(response, 405)
    assert response.headers["Allow"] == "POST"
