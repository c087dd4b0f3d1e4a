"""Only a session that we issued, and that has not run out, signs anybody in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest

from ticketing_common.tokens import LIFETIME, issue
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.sessions import cookie_for

NOW = datetime.now(UTC)
CLAIMS: dict[str, Any] = {"id": "u1", "email": "a@b.c", "iat": NOW, "exp": NOW + LIFETIME}
BAD = {
    "garbage": "garbage",
    "not ascii": "\xe9.\xe9.\xe9",
    "expired": issue(user_id="u1", email="a@b.c", secret=JWT_SECRET, now=NOW - LIFETIME - timedelta(minutes=1)),
    "another key": issue(user_id="u1", email="a@b.c", secret="x" * 40, now=NOW),
    "alg none": jwt.encode(CLAIMS, None, algorithm="none"),
    "no id": jwt.encode({name: CLAIMS[name] for name in ("email", "iat", "exp")}, JWT_SECRET),
    "an id that is a number": jwt.encode({**CLAIMS, "id": 7}, JWT_SECRET),
    "no end": jwt.encode({name: CLAIMS[name] for name in ("id", "email", "iat")}, JWT_SECRET),
}


async def test_a_session_signs_in(client: httpx.AsyncClient) -> None:
    answer = await client.get("/me", headers=cookie_for("u1"))
    assert (answer.status_code, answer.json()) == (200, {"id": "u1"})


async def test_without_a_session_a_guarded_route_is_401(client: httpx.AsyncClient) -> None:
    answer = await client.get("/me")
    assert (answer.status_code, answer.json()) == (401, {"errors": [{"message": "Not authorized: sign in first."}]})


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_cookie_is_nobody(client: httpx.AsyncClient, name: str) -> None:
    headers = {b"Cookie": f"session={BAD[name]}".encode("latin-1")}
    assert (await client.get("/me", headers=headers)).status_code == 401
    assert (await client.get("/maybe", headers=headers)).json() == {"id": None}


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
async def test_the_cookie_is_secure_exactly_by_https(client: httpx.AsyncClient, scheme: str, secure: bool) -> None:
    answer = await client.post(f"{scheme}://test/sign-in")
    parts = answer.headers["Set-Cookie"].split("; ")
    assert parts[0] == "session=a.b.c"
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=604800"} <= set(parts)
    assert ("Secure" in parts) == secure


async def test_signing_out_clears_the_cookie(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sign-out")
    assert answer.headers["Set-Cookie"].startswith('session=""; ')
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
