"""Without its database tickets lives, says that it is not ready, and sells nothing."""

import httpx
import pytest

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
async def test_until_the_indexes_exist_every_route_answers_503(method: str, path: str) -> None:
    async with served(create_app(NOWHERE), wait_ready=False) as client:
        answer = await client.request(method, f"/api/tickets{path}", json=GOOD, headers=cookie_for())
        assert (answer.status_code, answer.json().keys()) == (503, {"errors"})
        assert int(answer.headers["Retry-After"]) > 0


async def test_live_is_200_and_ready_503() -> None:
    async with served(create_app(NOWHERE), wait_ready=False) as client:
        assert (await client.get("/healthz/live")).status_code == 200
        assert (await client.get("/healthz/ready")).status_code == 503


async def test_ready_needs_no_broker(client: httpx.AsyncClient) -> None:
    ready = await client.get("/healthz/ready")
    assert (ready.status_code, ready.json()["nats"]) == (200, "down")
