"""The whole marketplace, started once a run as `make run` does it, and people who use it through the gateway."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from ticketing_local.ports import free_gateway_port
from ticketing_test_support.crowd import Crowd, reckon
from ticketing_test_support.persistence import PASSWORD
from ticketing_test_support.stack import Stack, started
from ticketing_test_support.waiting import eventually

WINDOW_SECONDS = 6


@dataclass(frozen=True)
class Person:
    """Somebody signed in, with a browser."""

    http: httpx.AsyncClient
    email: str

    async def lists(self, title: str = "Opera gala, row C", price: float = 240) -> dict[str, Any]:
        """A new ticket of this seller."""
        return await self._made("/api/tickets", {"title": title, "price": price})

    async def orders(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """A new order of this buyer."""
        return await self._made("/api/orders", {"ticketId": ticket["id"]})

    async def pays(self, order: dict[str, Any], token: str = "pm_card_visa") -> httpx.Response:
        """The answer to a try to pay."""
        return await self.http.post("/api/payments", json={"orderId": order["id"], "token": token})

    async def order(self, order: dict[str, Any]) -> dict[str, Any]:
        """The order as it stands."""
        answer = await self.http.get(f"/api/orders/{order['id']}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def sees(self, order: dict[str, Any], status: str, reason: str | None = None, *, within: float = 20) -> None:
        """Wait until the order has this status and reason."""

        async def holds() -> bool:
            found = await self.order(order)
            return (found["status"], found.get("reason")) == (status, reason)

        await eventually(holds, within=within, what=f"the order being {status} ({reason})")

    async def _made(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.http.post(path, json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


NewPerson = Callable[[], Awaitable[Person]]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything, with three of orders, two of tickets, and reservations that last 6 s."""
    state_dir = tmp_path_factory.mktemp("stack") / "state"
    with started(
        state_dir,
        free_gateway_port(),
        REPLICAS="orders=3 tickets=2",
        EXPIRATION_WINDOW_SECONDS=str(WINDOW_SECONDS),
    ) as stack:
        yield stack


@pytest.fixture
async def visitor(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is not signed in."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=30, trust_env=False) as http:
        yield http


@pytest.fixture
async def new_person(stack: Stack) -> AsyncIterator[NewPerson]:
    """Call it for somebody who has just signed up."""
    async with AsyncExitStack() as open_clients:

        async def sign_up() -> Person:
            http = await open_clients.enter_async_context(
                httpx.AsyncClient(base_url=stack.url, timeout=30, trust_env=False)
            )
            email = f"person-{secrets.token_hex(6)}@example.com"
            answer = await http.post("/api/users/signup", json={"email": email, "password": PASSWORD})
            assert answer.status_code == 201, answer.text
            return Person(http, email)

        yield sign_up


@pytest.fixture
def crowd(stack: Stack) -> Crowd:
    """Buyers and sellers, who come while `crowd.shopping()` lasts."""
    return Crowd(stack.url)


@pytest.fixture
def all_is_well(stack: Stack, crowd: Crowd, request: pytest.FixtureRequest) -> Callable[[], Awaitable[None]]:
    """Call it when the trouble is over: all comes to rest, the audit is clean, and each promise was kept."""

    async def check() -> None:
        reckoning = await reckon(stack, crowd)
        request.node.user_properties.append(("reckoning", str(reckoning)))
        assert reckoning.troubles == []

    return check
