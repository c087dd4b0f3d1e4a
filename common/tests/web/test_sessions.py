"""Only a valid session that we issued signs a user in."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from ticketing_common.tokens import DEFAULT_LIMITS, issue
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.sessions import cookie_for

NOW = datetime.now(UTC)
LIFETIME = timedelta(seconds=DEFAULT_LIMITS.idle)
INVALID = {
    "garbage": "garbage",
    "not ascii": "\xe9.\xe9.\xe9",
    "expired": issue(user_id="u1", email="a@b.c", secret=JWT_SECRET, now=NOW - LIFETIME - timedelta(minutes=1)),
    "another key": issue(user_id="u1", email="a@b.c", secret="x" * 40, now=NOW),
}


async def test_valid_session_signs_in(client: httpx.AsyncClient) -> None:
    response = await client.get("/me", headers=cookie_for("u1"))
    assert (response.status_code, response.json()) == (200, {"id": "u1"})


async def test_missing_session_is_401(client: httpx.AsyncClient) -> None:
    response = await client.get("/me")
    assert (response.status_code, response.json()) == (401, {"errors": [{"message": "Not authorized: sign in first."}]})


@pytest.mark.parametrize("name", INVALID)
async def test_invalid_session_is_ignored(client: httpx.AsyncClient, name: str) -> None:
    headers = {b"Cookie": f"session={INVALID[name]}".encode("latin-1")}
    assert (await client.get("/me", headers=headers)).status_code == 401
    assert (await client.get("/maybe", headers=headers)).json() == {"id": None}


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
async def test_cookie_is_secure_exactly_for_https(client: httpx.AsyncClient, scheme: str, secure: bool) -> None:
    response = await client.post(f"{scheme}://test/sign-in")
    parts = response.headers["Set-Cookie"].split("; ")
    assert parts[0] == "session=a.b.c"
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=604800"} <= set(parts)
    assert ("Secure" in parts) == secure


async def test_sign_out_clears_the_cookie(client: httpx.AsyncClient) -> None:
    response = await client.post("/sign-out")
    assert response.headers["Set-Cookie"].startswith('session=""; ')
    assert "Max-Age=0" in response.headers["Set-Cookie"]


async def test_page_of_another_account_is_409(client: httpx.AsyncClient) -> None:
    response = await client.get("/me", headers={**cookie_for("u1"), "Ticketing-User": "u2"})
    assert response.status_code == 409
    message = "You are signed in with another account now. Reload the page."
    assert response.json() == {"errors": [{"message": message}]}


@pytest.mark.parametrize(("cookie", "status"), [(cookie_for("u1"), 200), ({}, 401), ({"Cookie": "session=x"}, 401)])
async def test_page_of_the_same_or_no_account_is_as_usual(
    client: httpx.AsyncClient, cookie: dict[str, str], status: int
) -> None:
    response = await client.get("/me", headers={**cookie, "Ticketing-User": "u1"})
    assert response.status_code == status
