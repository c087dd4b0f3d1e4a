"""Without its database auth is live but not ready, and creates no account."""

from collections.abc import AsyncIterator

import httpx
import pytest
from auth.tests.conftest import settings

from ticketing_auth.app import create_app
from ticketing_test_support.apps import served
from ticketing_test_support.sessions import cookie_for

SOMEONE = {"email": "someone@example.com", "password": "open sesame"}


@pytest.fixture
async def without_database() -> AsyncIterator[httpx.AsyncClient]:
    """The service without a reachable MongoDB."""
    async with served(create_app(settings()), wait_ready=False) as client:
        yield client


@pytest.mark.parametrize("route", ["signup", "signin"])
async def test_accounts_are_503_until_indexes_exist(without_database: httpx.AsyncClient, route: str) -> None:
    response = await without_database.post(f"/api/users/{route}", json=SOMEONE)
    assert (response.status_code, response.json().keys()) == (503, {"errors"})
    assert int(response.headers["Retry-After"]) > 0


async def test_without_database_live_is_200_and_ready_503(without_database: httpx.AsyncClient) -> None:
    assert (await without_database.get("/healthz/live")).status_code == 200
    ready = await without_database.get("/healthz/ready")
    assert (ready.status_code, ready.json()["mongo"], ready.json()["indexes"]) == (503, "down", "missing")


async def test_current_user_needs_no_database(without_database: httpx.AsyncClient) -> None:
    me = await without_database.get("/api/users/currentuser", headers=cookie_for("1"))
    assert (me.status_code, me.json()["currentUser"]["id"]) == (200, "1")


async def test_ready_once_indexes_exist(mongo_uri: str) -> None:
    async with served(create_app(settings(mongo_uri=mongo_uri))) as client:
        ready = await client.get("/healthz/ready")
    state = {"status": "ready", "mongo": "up", "indexes": "there", "nats": "down"}
    assert (ready.status_code, ready.json()) == (200, state)


async def test_sign_out_is_503_while_it_cannot_be_stored(without_database: httpx.AsyncClient) -> None:
    cookie = cookie_for("1")
    response = await without_database.post("/api/users/signout", headers=cookie)
    assert (response.status_code, "Set-Cookie" in response.headers) == (503, False)
    me = await without_database.get("/api/users/currentuser", headers=cookie)
    assert me.json()["currentUser"]["id"] == "1"


async def test_sign_out_without_a_session_needs_no_database(without_database: httpx.AsyncClient) -> None:
    assert (await without_database.post("/api/users/signout")).status_code == 200
