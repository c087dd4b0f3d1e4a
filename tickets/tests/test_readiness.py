"""Without its database tickets is live but not ready."""

import pytest
from fastapi import FastAPI

from ticketing_test_support.apps import served
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.sessions import cookie_for
from ticketing_tickets.app import create_app
from ticketing_tickets.settings import Settings

NOWHERE = Settings(mongo_uri="mongodb://127.0.0.1:1/tickets", nats_url="nats://127.0.0.1:1", jwt_secret=JWT_SECRET)
GOOD = {"title": "Front row", "price": 12.5}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "?seller=me"),
        ("POST", ""),
        ("GET", "/6b03400a378002db41e476fa"),
        ("PUT", "/6b03400a378002db41e476fa"),
    ],
)
async def test_routes_are_503_until_indexes_exist(method: str, path: str) -> None:
    async with served(create_app(NOWHERE), wait_ready=False) as client:
        response = await client.request(method, f"/api/tickets{path}", json=GOOD, headers=cookie_for())
        assert (response.status_code, response.json().keys()) == (503, {"errors"})
        assert int(response.headers["Retry-After"]) > 0


async def test_without_database_live_is_200_and_ready_503() -> None:
    async with served(create_app(NOWHERE), wait_ready=False) as client:
        assert (await client.get("/healthz/live")).status_code == 200
        assert (await client.get("/healthz/ready")).status_code == 503


async def test_readiness_does_not_depend_on_nats(app: FastAPI) -> None:
    async with served(app) as client:
        ready = await client.get("/healthz/ready")
    assert (ready.status_code, ready.json()["nats"]) == (200, "down")
