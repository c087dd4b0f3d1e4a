"""Wrong passwords and sign-ups are limited by account and by address; owners still get in from elsewhere."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest
from auth.tests.conftest import NOWHERE
from fastapi import FastAPI

from ticketing_auth.app import create_app
from ticketing_auth.settings import Settings
from ticketing_auth.store import MongoUserStore
from ticketing_test_support.accounts import FakeHasher
from ticketing_test_support.apps import assert_refused
from ticketing_test_support.memory import InMemoryDatabase

OWNER = {"email": "someone@example.com", "password": "open sesame"}
WRONG = {**OWNER, "password": "not it"}
UNKNOWN = {**OWNER, "email": "unknown@example.com"}


def make_app(database: InMemoryDatabase, **settings: Any) -> FastAPI:
    """The service with limits, on this database."""
    app = create_app(Settings.model_validate({**NOWHERE, "rate_limits": "on", **settings}))
    app.state.database = database
    app.state.deps = replace(app.state.deps, store=MongoUserStore(database), hasher=FakeHasher())
    return app


async def send(app: FastAPI, address: str, route: str, body: dict[str, str]) -> httpx.Response:
    """A request from this address."""
    transport = httpx.ASGITransport(app=app, client=(address, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.post(f"/api/users/{route}", json=body)


async def statuses(app: FastAPI, address: str, body: dict[str, str], times: int) -> list[int]:
    return [(await send(app, address, "signin", body)).status_code for _ in range(times)]


@pytest.fixture
async def app(database: InMemoryDatabase) -> FastAPI:
    """The service with the default limits and one account."""
    app = make_app(database)
    assert (await send(app, "192.0.2.1", "signup", OWNER)).status_code == 201
    return app


@pytest.fixture
async def replicas(database: InMemoryDatabase, redis_url: str) -> AsyncIterator[list[FastAPI]]:
    """Three of them, with one Redis and one account."""
    async with AsyncExitStack() as stack:
        apps = [make_app(database, redis_url=redis_url) for _ in range(3)]
        for app in apps:
            stack.push_async_callback(app.state.deps.limits.limiter.close)
        assert (await send(apps[0], "192.0.2.1", "signup", OWNER)).status_code == 201
        yield apps


@pytest.mark.parametrize("body", [WRONG, UNKNOWN], ids=["known", "unknown"])
async def test_sixth_wrong_password_is_refused_from_one_address(app: FastAPI, body: dict[str, str]) -> None:
    assert await statuses(app, "203.0.113.7", body, 7) == [400] * 5 + [429] * 2


@pytest.mark.parametrize("body", [WRONG, UNKNOWN], ids=["known", "unknown"])
async def test_sixth_wrong_password_is_refused_wherever_it_comes_from(app: FastAPI, body: dict[str, str]) -> None:
    found = [await statuses(app, f"203.0.113.{number}", body, 1) for number in range(7)]
    assert found == [[400]] * 5 + [[429]] * 2


async def test_refusals_do_not_reveal_who_has_an_account(app: FastAPI) -> None:
    await statuses(app, "203.0.113.7", WRONG, 5)
    await statuses(app, "203.0.113.8", UNKNOWN, 5)
    known = await send(app, "203.0.113.7", "signin", WRONG)
    unknown = await send(app, "203.0.113.8", "signin", UNKNOWN)
    assert_refused(known, 429)
    assert re.sub(r"\d+", "N", known.text) == re.sub(r"\d+", "N", unknown.text)
    assert known.headers.keys() == unknown.headers.keys()
    assert 1 <= int(known.headers["Retry-After"]) <= 60


async def test_owner_gets_in_from_another_address_during_an_attack(app: FastAPI) -> None:
    for number in range(20):
        await statuses(app, f"203.0.113.{number}", WRONG, 1)
    assert await statuses(app, "203.0.113.1", WRONG, 1) == [429]
    assert await statuses(app, "192.0.2.1", OWNER, 20) == [200] * 20


async def test_others_at_the_same_address_get_in(app: FastAPI) -> None:
    await statuses(app, "203.0.113.7", UNKNOWN, 6)
    assert await statuses(app, "203.0.113.7", OWNER, 1) == [200]


async def test_right_passwords_do_not_count(app: FastAPI) -> None:
    assert await statuses(app, "203.0.113.7", OWNER, 40) == [200] * 40
    assert await statuses(app, "203.0.113.7", WRONG, 6) == [400] * 5 + [429]


async def test_address_that_tries_many_accounts_is_refused(database: InMemoryDatabase) -> None:
    app = make_app(database, sign_in_failures_per_address="3/minute")
    found = [await statuses(app, "203.0.113.7", {**OWNER, "email": f"{n}@example.com"}, 1) for n in range(5)]
    assert found == [[400]] * 3 + [[429]] * 2


async def test_sign_ins_of_an_address_are_limited(database: InMemoryDatabase) -> None:
    app = make_app(database, sign_ins_per_address="3/minute")
    await send(app, "192.0.2.1", "signup", OWNER)
    assert await statuses(app, "192.0.2.8", OWNER, 4) == [200, 200, 200, 429]
    assert await statuses(app, "192.0.2.9", OWNER, 1) == [200]


async def test_sign_ups_of_an_address_are_limited(database: InMemoryDatabase) -> None:
    app = make_app(database, sign_ups_per_address="3/minute")
    made = [
        (await send(app, "203.0.113.7", "signup", {**OWNER, "email": f"{n}@example.com"})).status_code for n in range(5)
    ]
    assert made == [201] * 3 + [429] * 2
    assert (await send(app, "203.0.113.8", "signup", OWNER)).status_code == 201


async def test_limit_is_exact_on_three_replicas_at_once(replicas: list[FastAPI]) -> None:
    attempts = [send(replicas[n % 3], "203.0.113.7", "signin", WRONG) for n in range(30)]
    found = [response.status_code for response in await asyncio.gather(*attempts)]
    assert (found.count(400), found.count(429)) == (5, 25)


async def test_limit_is_exact_on_three_replicas_from_many_addresses(replicas: list[FastAPI]) -> None:
    attempts = [send(replicas[n % 3], f"203.0.113.{n}", "signin", WRONG) for n in range(30)]
    found = [response.status_code for response in await asyncio.gather(*attempts)]
    assert (found.count(400), found.count(429)) == (5, 25)
