"""Without its database auth lives, says that it is not ready, and opens no account."""

from collections.abc import AsyncIterator

import httpx
import pytest

from ticketing_auth.app import create_app
from ticketing_auth.settings import Settings
from ticketing_test_support.apps import served
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.sessions import cookie_for

SOMEONE = {"email": "someone@example.com", "password": "open sesame"}


@pytest.fixture
async def cut_off() -> AsyncIterator[httpx.AsyncClient]:
    """The service with no MongoDB in reach."""
    nowhere = Settings(mongo_uri="mongodb://127.0.0.1:1/auth", nats_url="nats://127.0.0.1:1", jwt_secret=JWT_SECRET)
    async with served(create_app(nowhere), wait_ready=False) as client:
        yield client


@pytest.mark.parametrize("route", ["signup", "signin"])
async def test_until_the_indexes_exist_accounts_answer_503(cut_off: httpx.AsyncClient, route: str) -> None:
    answer = await cut_off.post(f"/api/users/{route}", json=SOMEONE)
    assert (answer.status_code, answer.json().keys()) == (503, {"errors"})
    assert int(answer.headers["Retry-After"]) > 0


async def test_live_is_200_and_ready_503(cut_off: httpx.AsyncClient) -> None:
    assert (await cut_off.get("/healthz/live")).status_code == 200
    ready = await cut_off.get("/healthz/ready")
    assert (ready.status_code, ready.json()["mongo"], ready.json()["indexes"]) == (503, "down", "missing")


async def test_who_is_signed_in_needs_no_database(cut_off: httpx.AsyncClient) -> None:
    me = await cut_off.get("/api/users/currentuser", headers=cookie_for("1"))
    assert (me.status_code, me.json()["currentUser"]["id"]) == (200, "1")


async def test_with_its_indexes_it_is_ready(client: httpx.AsyncClient) -> None:
    ready = await client.get("/healthz/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "mongo": "up", "indexes": "there"})
