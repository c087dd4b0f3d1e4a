"""Signing in, staying signed in, and signing out."""

from http.cookies import Morsel, SimpleCookie

import httpx
import pytest

from ticketing_common.tokens import LIFETIME
from ticketing_test_support.sessions import cookie_for

SOMEONE = {"email": "Someone@example.com", "password": "open sesame"}
INVALID = {"errors": [{"message": "Invalid credentials. Check the email and the password."}]}


@pytest.fixture
async def user_id(client: httpx.AsyncClient) -> str:
    """Somebody who has an account and is not signed in."""
    user_id: str = (await client.post("/api/users/signup", json=SOMEONE)).json()["id"]
    client.cookies.clear()
    return user_id


def session_cookie(answer: httpx.Response) -> Morsel[str]:
    return SimpleCookie(answer.headers["Set-Cookie"])["session"]


@pytest.mark.parametrize("email", ["Someone@example.com", "someone@EXAMPLE.com", " someone@example.com "])
async def test_signing_in_answers_the_user_as_signed_up(client: httpx.AsyncClient, user_id: str, email: str) -> None:
    answer = await client.post("/api/users/signin", json={**SOMEONE, "email": email})
    assert (answer.status_code, answer.json()) == (200, {"id": user_id, "email": "Someone@example.com"})
    me = (await client.get("/api/users/currentuser")).json()["currentUser"]
    assert me == {"id": user_id, "email": "Someone@example.com", "iat": me["iat"]}


async def test_an_unknown_address_and_a_wrong_password_are_answered_alike(
    client: httpx.AsyncClient, user_id: str
) -> None:
    unknown = await client.post("/api/users/signin", json={**SOMEONE, "email": "nobody@example.com"})
    wrong = await client.post("/api/users/signin", json={**SOMEONE, "password": "open Sesame"})
    assert (unknown.status_code, unknown.json()) == (wrong.status_code, wrong.json()) == (400, INVALID)
    assert unknown.headers.keys() == wrong.headers.keys()
    assert "Set-Cookie" not in wrong.headers


@pytest.mark.parametrize("act", ["signin", "signout"])
@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
@pytest.mark.usefixtures("user_id")
async def test_the_cookie_is_httponly_lax_and_secure_exactly_by_https(
    client: httpx.AsyncClient, act: str, scheme: str, secure: bool
) -> None:
    cookie = session_cookie(await client.post(f"{scheme}://test/api/users/{act}", json=SOMEONE))
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "lax", "/")
    assert bool(cookie["secure"]) is secure
    assert cookie["domain"] == ""


@pytest.mark.usefixtures("user_id")
async def test_the_cookie_lasts_as_long_as_the_session_in_it(client: httpx.AsyncClient) -> None:
    cookie = session_cookie(await client.post("/api/users/signin", json=SOMEONE))
    assert int(cookie["max-age"]) == LIFETIME.total_seconds()


@pytest.mark.usefixtures("user_id")
async def test_signing_out_takes_the_cookie_back(client: httpx.AsyncClient) -> None:
    await client.post("/api/users/signin", json=SOMEONE)
    answer = await client.post("/api/users/signout")
    assert (answer.status_code, answer.json(), session_cookie(answer)["max-age"]) == (200, {}, "0")
    assert (await client.get("/api/users/currentuser")).json() == {"currentUser": None}


async def test_signing_out_without_a_session_is_fine(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/users/signout", headers={"Cookie": "session=garbage"})).status_code == 200


async def test_signing_in_replaces_a_session_of_somebody_else(client: httpx.AsyncClient, user_id: str) -> None:
    await client.post("/api/users/signin", json=SOMEONE, headers=cookie_for())
    assert (await client.get("/api/users/currentuser")).json()["currentUser"]["id"] == user_id
