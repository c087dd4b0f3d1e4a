"""One address, and one user, may send so many requests a minute; the others go on."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from limits import parse

from ticketing_common.errors import TooManyRequests
from ticketing_common.tokens import issue
from ticketing_common.web.client_address import client_address
from ticketing_common.web.request_limits import RequestCounter
from ticketing_test_support.fixtures import JWT_SECRET

LIMIT = 5
RATE = parse(f"{LIMIT}/minute")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def send(counter: RequestCounter, key: str, times: int) -> None:
    for _ in range(times):
        counter.count(key)


def test_key_beyond_the_rate_is_told_when_to_come_back() -> None:
    clock = Clock()
    counter = RequestCounter(RATE, clock=clock)
    send(counter, "a", LIMIT)
    clock.now += 17.5
    with pytest.raises(TooManyRequests) as caught:
        counter.count("a")
    assert caught.value.retry_after == 43
    send(counter, "b", LIMIT)


def test_window_passes() -> None:
    clock = Clock()
    counter = RequestCounter(RATE, clock=clock)
    send(counter, "a", LIMIT)
    clock.now += 60
    send(counter, "a", LIMIT)


def test_memory_is_bounded() -> None:
    counter = RequestCounter(RATE, max_keys=100)
    for number in range(1000):
        counter.count(str(number))
    assert len(counter._counts) == 100


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("not:an:address", "not:an:address"),
    ],
)
def test_address_of_ipv6_is_its_network(host: str, key: str) -> None:
    assert client_address({"client": (host, 1)}) == key


def test_unknown_address_is_one_of_its_own() -> None:
    assert client_address({"client": None}) == ""


@pytest.fixture
def limited(make_app: Callable[..., FastAPI], mongo_uri: str) -> Callable[[str], httpx.AsyncClient]:
    """Clients at addresses of an application with low limits."""
    rates = {
        "requests_per_address": f"{2 * LIMIT}/minute",
        "requests_per_user": f"{LIMIT}/minute",
    }
    app = make_app(mongo_uri, rate_limits="on", **rates)

    def client_at(address: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)), base_url="http://test")

    return client_at


def session_of(user_id: str) -> dict[str, str]:
    token = issue(user_id=user_id, email="a@example.com", secret=JWT_SECRET, now=datetime.now(UTC))
    return {"Cookie": f"session={token}"}


async def statuses(client: httpx.AsyncClient, path: str, times: int, **headers: str) -> list[int]:
    return [(await client.get(path, headers=headers)).status_code for _ in range(times)]


async def test_address_beyond_its_limit_is_429_with_retry_after(limited: Callable[[str], httpx.AsyncClient]) -> None:
    client = limited("203.0.113.1")
    assert set(await statuses(client, "/items/1", 2 * LIMIT)) == {200}
    response = await client.get("/nowhere")
    assert (response.status_code, "errors" in response.json()) == (429, True)
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert await statuses(limited("203.0.113.2"), "/items/1", 1) == [200]


async def test_probes_and_webhooks_are_not_counted(limited: Callable[[str], httpx.AsyncClient]) -> None:
    client = limited("203.0.113.1")
    await statuses(client, "/items/1", 3 * LIMIT)
    assert await statuses(client, "/healthz/live", 1) + await statuses(client, "/metrics", 1) == [200, 200]
    assert (await client.post("/webhook")).status_code == 200


async def test_user_beyond_the_limit_is_429_wherever_the_requests_come_from(
    limited: Callable[[str], httpx.AsyncClient],
) -> None:
    found = [await statuses(limited(f"203.0.113.{n}"), "/me", 1, **session_of("a" * 24)) for n in range(LIMIT + 1)]
    assert found == [*[[200]] * LIMIT, [429]]
    assert await statuses(limited("203.0.113.1"), "/me", 1, **session_of("b" * 24)) == [200]


async def test_limits_can_be_switched_off(make_app: Callable[..., FastAPI], mongo_uri: str) -> None:
    app = make_app(
        mongo_uri,
        rate_limits="off",
        requests_per_address="1/minute",
        requests_per_user="1/minute",
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert await statuses(client, "/me", 3, **session_of("a" * 24)) == [200] * 3
