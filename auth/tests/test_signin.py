"""Signing in, staying signed in, and signing out."""

import time
from datetime import UTC, datetime, timedelta
from http.cookies import Morsel, SimpleCookie

import httpx
import jwt
import pytest

from ticketing_common.tokens import DEFAULT_LIMITS, TokenVerifier, issue
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.memory import InMemoryDatabase
from ticketing_test_support.sessions import cookie_for

SOMEONE = {"email": "Someone@example.com", "password": "open sesame"}
INVALID = {"errors": [{"message": "Invalid credentials. Check the email and the password."}]}


@pytest.fixture
async def user_id(client: httpx.AsyncClient) -> str:
    """An account whose user is not signed in."""
    user_id: str = (await client.post("/api/users/signup", json=SOMEONE)).json()["id"]
    client.cookies.clear()
    return user_id


def session_cookie(response: httpx.Response) -> Morsel[str]:
    return SimpleCookie(response.headers["Set-Cookie"])["session"]


@pytest.mark.parametrize("email", ["Someone@example.com", "someone@EXAMPLE.com", " someone@example.com "])
async def test_sign_in_returns_the_user(client: httpx.AsyncClient, user_id: str, email: str) -> None:
    response = await client.post("/api/users/signin", json={**SOMEONE, "email": email})
    assert (response.status_code, response.json()) == (200, {"id": user_id, "email": "Someone@example.com"})
    me = (await client.get("/api/users/currentuser")).json()["currentUser"]
    assert me == {"id": user_id, "email": "Someone@example.com", "iat": me["iat"]}


async def test_unknown_address_and_wrong_password_look_alike(client: httpx.AsyncClient, user_id: str) -> None:
    unknown = await client.post("/api/users/signin", json={**SOMEONE, "email": "unknown@example.com"})
    wrong = await client.post("/api/users/signin", json={**SOMEONE, "password": "open Sesame"})
    assert (unknown.status_code, unknown.json()) == (wrong.status_code, wrong.json()) == (400, INVALID)
    assert unknown.headers.keys() == wrong.headers.keys()
    assert "Set-Cookie" not in wrong.headers


@pytest.mark.parametrize("route", ["signin", "signout"])
@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
@pytest.mark.usefixtures("user_id")
async def test_cookie_attributes_follow_the_scheme(
    client: httpx.AsyncClient, route: str, scheme: str, secure: bool
) -> None:
    cookie = session_cookie(await client.post(f"{scheme}://test/api/users/{route}", json=SOMEONE))
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "lax", "/")
    assert bool(cookie["secure"]) is secure
    assert cookie["domain"] == ""


@pytest.mark.usefixtures("user_id")
async def test_cookie_expires_with_the_token(client: httpx.AsyncClient) -> None:
    cookie = session_cookie(await client.post("/api/users/signin", json=SOMEONE))
    assert int(cookie["max-age"]) == DEFAULT_LIMITS.idle


@pytest.mark.usefixtures("user_id")
async def test_sign_out_clears_the_cookie(client: httpx.AsyncClient) -> None:
    await client.post("/api/users/signin", json=SOMEONE)
    response = await client.post("/api/users/signout")
    assert (response.status_code, response.json(), session_cookie(response)["max-age"]) == (200, {}, "0")
    assert (await client.get("/api/users/currentuser")).json() == {"currentUser": None}


async def test_sign_out_without_a_session_succeeds(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/users/signout", headers={"Cookie": "session=garbage"})).status_code == 200


async def test_sign_in_replaces_another_session(client: httpx.AsyncClient, user_id: str) -> None:
    await client.post("/api/users/signin", json=SOMEONE, headers=cookie_for())
    assert (await client.get("/api/users/currentuser")).json()["currentUser"]["id"] == user_id


@pytest.mark.usefixtures("user_id")
async def test_account_of_a_newer_release_can_sign_in(client: httpx.AsyncClient, database: InMemoryDatabase) -> None:
    await database.collection("users").update_one({}, {"$set": {"phone": {"number": "555"}}})
    assert (await client.post("/api/users/signin", json=SOMEONE)).status_code == 200


async def test_sign_out_ends_the_session_but_no_other(client: httpx.AsyncClient, user_id: str) -> None:
    cookies = []
    for _ in range(2):
        response = await client.post("/api/users/signin", json=SOMEONE)
        cookies.append({"Cookie": f"session={response.cookies['session']}"})
        client.cookies.clear()
    for _ in range(2):  # the second time without a valid session
        assert (await client.post("/api/users/signout", headers=cookies[0])).status_code == 200
    found = [(await client.get("/api/users/currentuser", headers=each)).json()["currentUser"] for each in cookies]
    assert [user and user["id"] for user in found] == [None, user_id]


async def test_sign_out_ends_a_session_of_an_older_release(client: httpx.AsyncClient) -> None:
    now = int(time.time())
    token = jwt.encode({"id": "u1", "email": "a@b.c", "iat": now, "exp": now + 604_800}, JWT_SECRET)
    headers = {"Cookie": f"session={token}"}
    assert (await client.get("/api/users/currentuser", headers=headers)).json()["currentUser"]["id"] == "u1"
    await client.post("/api/users/signout", headers=headers)
    assert (await client.get("/api/users/currentuser", headers=headers)).json() == {"currentUser": None}


async def test_sign_out_is_stored_with_its_event_until_it_expires(
    client: httpx.AsyncClient, user_id: str, database: InMemoryDatabase
) -> None:
    await client.post("/api/users/signin", json=SOMEONE)
    await client.post("/api/users/signout")
    [document] = await database.collection("revocations").find({}).to_list(None)
    [entry] = document["outbox"]
    assert (entry["data"]["userId"], entry["data"]["sessionId"]) == (user_id, document["_id"])
    assert document["expires_at"].timestamp() > time.time() + DEFAULT_LIMITS.idle


async def test_asking_for_the_current_user_renews_the_session(client: httpx.AsyncClient) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    token = issue(user_id="u1", email="a@b.c", secret=JWT_SECRET, now=yesterday)
    response = await client.get("/api/users/currentuser", headers={"Cookie": f"session={token}"})
    renewed = TokenVerifier(JWT_SECRET).verify(session_cookie(response).value)
    assert (renewed.id, renewed.started_at) == ("u1", int(yesterday.timestamp()))


async def test_sign_out_sets_one_cookie_although_a_renewal_is_due(client: httpx.AsyncClient) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    token = issue(user_id="u1", email="a@b.c", secret=JWT_SECRET, now=yesterday)
    response = await client.post("/api/users/signout", headers={"Cookie": f"session={token}"})
    assert len(response.headers.get_list("Set-Cookie")) == 1
    assert session_cookie(response)["max-age"] == "0"
