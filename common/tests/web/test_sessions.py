"""Only a valid session that we issued signs a user in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from fastapi import FastAPI

from ticketing_common.events import SessionRevoked
from ticketing_common.tokens import DEFAULT_LIMITS, CurrentUser, TokenVerifier, issue
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


def token(user_id: str = "u1", *, age: timedelta = timedelta(0), **claims: Any) -> str:
    return issue(user_id=user_id, email="a@b.c", secret=JWT_SECRET, now=datetime.now(UTC) - age, **claims)


def cookies(*tokens: str) -> dict[str, str]:
    return {"Cookie": "; ".join(["theme=dark", *(f"session={each}" for each in tokens)])}


FOREIGN = issue(user_id="u9", email="a@b.c", secret="the key of another application on this host", now=NOW)


@pytest.mark.parametrize(
    ("tokens", "user"),
    [
        ([], None),
        ([token()], "u1"),
        ([token(), FOREIGN], "u1"),
        ([FOREIGN, token()], "u1"),
        ([FOREIGN, "garbage", "", token(), INVALID["expired"]], "u1"),
        ([token(), token(age=timedelta(hours=1))], "u1"),
        ([token("u1"), token("u2")], None),
        ([FOREIGN, "garbage"], None),
        ([token(), *["garbage"] * 100], None),
    ],
    ids=[
        "none",
        "one",
        "before foreign",
        "after foreign",
        "among invalid",
        "two of one user",
        "two users",
        "foreign",
        "many",
    ],
)
async def test_valid_session_counts_among_several_cookies(
    client: httpx.AsyncClient, tokens: list[str], user: str | None
) -> None:
    assert (await client.get("/maybe", headers=cookies(*tokens))).json() == {"id": user}


async def test_cookies_in_several_headers_are_all_read(client: httpx.AsyncClient) -> None:
    headers = [("Cookie", f"session={FOREIGN}"), ("Cookie", f"session={token()}")]
    assert (await client.get("/me", headers=headers)).status_code == 200


async def test_of_several_sessions_of_a_user_the_newest_counts(app: FastAPI, client: httpx.AsyncClient) -> None:
    old, new = token(age=timedelta(hours=1), session_id="old"), token(session_id="new")
    app.state.sessions.revocations.apply(revoked("old"))
    assert (await client.get("/me", headers=cookies(new, old))).status_code == 200
    app.state.sessions.revocations.apply(revoked("new"))
    assert (await client.get("/me", headers=cookies(new, old))).status_code == 401


def revoked(session_id: str) -> SessionRevoked:
    return SessionRevoked(user_id="u1", session_id=session_id, expires_at=NOW + timedelta(days=1))


async def test_revoked_session_is_refused_although_it_was_verified_before(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    headers = cookies(token(session_id="s1"))
    assert (await client.get("/me", headers=headers)).status_code == 200
    app.state.sessions.revocations.apply(revoked("s1"))
    assert (await client.get("/me", headers=headers)).status_code == 401
    assert (await client.get("/me", headers=cookies(token()))).status_code == 200


def renewed(response: httpx.Response) -> CurrentUser | None:
    found = [value for value in response.headers.get_list("Set-Cookie") if value.startswith("session=")]
    return TokenVerifier(JWT_SECRET).verify(found[0].partition(";")[0].removeprefix("session=")) if found else None


@pytest.mark.parametrize("age", [timedelta(hours=17), timedelta(days=6, hours=23)])
async def test_session_in_use_is_renewed(client: httpx.AsyncClient, age: timedelta) -> None:
    old = token(age=age, session_id="s1", generation=3)
    before = TokenVerifier(JWT_SECRET).verify(old)
    after = renewed(await client.get("/me", headers=cookies(old)))
    assert after is not None
    assert (after.id, after.session_id, after.generation, after.started_at) == ("u1", "s1", 3, before.started_at)
    assert after.iat > before.iat
    assert after.expires_at > before.expires_at


async def test_renewed_token_of_an_older_release_keeps_its_session(client: httpx.AsyncClient) -> None:
    iat = int(NOW.timestamp()) - 100_000
    claims = {"id": "u1", "email": "a@b.c", "iat": iat, "exp": iat + 604_800}
    old = jwt.encode(claims, JWT_SECRET)
    after = renewed(await client.get("/me", headers=cookies(old)))
    assert after is not None
    assert (after.session_id, after.started_at) == (TokenVerifier(JWT_SECRET).verify(old).session_id, iat)


async def test_renewal_never_exceeds_the_lifetime(client: httpx.AsyncClient) -> None:
    started = int(NOW.timestamp()) - 29 * 86_400
    after = renewed(
        await client.get("/me", headers=cookies(token(age=timedelta(days=6, hours=12), started_at=started)))
    )
    assert after is not None
    assert after.expires_at == started + DEFAULT_LIMITS.lifetime
    last = token(age=timedelta(days=1), started_at=started)  # valid until the end already
    assert renewed(await client.get("/me", headers=cookies(last))) is None


@pytest.mark.parametrize(
    "headers",
    [{}, cookies(token()), cookies(token(age=timedelta(hours=16))), cookies(FOREIGN), cookies(INVALID["expired"])],
    ids=["no cookie", "new", "young", "foreign", "expired"],
)
async def test_nothing_is_renewed_without_need(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert "Set-Cookie" not in (await client.get("/maybe", headers=headers)).headers


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
async def test_renewed_cookie_follows_the_scheme(client: httpx.AsyncClient, scheme: str, secure: bool) -> None:
    response = await client.get(f"{scheme}://test/me", headers=cookies(token(age=timedelta(days=1))))
    parts = response.headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=604800"} <= set(parts)
    assert ("Secure" in parts) == secure


async def test_revoked_session_is_not_renewed(app: FastAPI, client: httpx.AsyncClient) -> None:
    app.state.sessions.revocations.apply(revoked("s1"))
    response = await client.get("/maybe", headers=cookies(token(age=timedelta(days=1), session_id="s1")))
    assert (response.json(), "Set-Cookie" in response.headers) == ({"id": None}, False)


@pytest.mark.parametrize(
    ("setting", "minutes", "started_minutes", "status"),
    [
        ("session_idle_seconds", 59, 59, 200),
        ("session_idle_seconds", 61, 61, 401),
        ("session_lifetime_seconds", 1, 59, 200),
        ("session_lifetime_seconds", 1, 61, 401),
    ],
)
async def test_session_ends_when_idle_or_old(
    make_app: Callable[..., FastAPI], mongo_uri: str, setting: str, minutes: int, started_minutes: int, status: int
) -> None:
    started = int(datetime.now(UTC).timestamp()) - started_minutes * 60
    cookie = cookies(token(age=timedelta(minutes=minutes), started_at=started))
    transport = httpx.ASGITransport(app=make_app(mongo_uri, **{setting: 3_600}))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/me", headers=cookie)).status_code == status
