"""The whole system, started once a run as `make run` does it, and clients that use it through the gateway."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx
import pytest

from ticketing_local.ports import free_gateway_port
from ticketing_test_support.api import Json, api_clients
from ticketing_test_support.load import LoadGenerator, reconcile
from ticketing_test_support.otlp import Collector
from ticketing_test_support.stack import Stack, started

WINDOW_SECONDS = 6


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Stack]:
    """Everything, with three of orders, two of tickets, and reservations that last 6 s."""
    state_dir = tmp_path_factory.mktemp("stack") / "state"
    settings = {"REPLICAS": "orders=3 tickets=2", "EXPIRATION_WINDOW_SECONDS": str(WINDOW_SECONDS)}
    with started(state_dir, free_gateway_port(), **settings, **collector.environment) as stack:
        yield stack


@pytest.fixture
async def anonymous(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client without a session."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=30, trust_env=False) as http:
        yield http


@pytest.fixture(scope="session")
def expired_order(stack: Stack) -> Json:
    """An order that nobody paid."""

    async def expire() -> Json:
        async with api_clients(stack.url) as new_client:
            seller, buyer = await new_client(), await new_client()
            order = await buyer.create_order(await seller.create_ticket())
            return await buyer.wait_for_status(order, "cancelled", "expired")

    return asyncio.run(expire())


@pytest.fixture
async def stripe(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """The Stripe emulator; no fault outlasts the test."""
    async with httpx.AsyncClient(base_url=stack.urls()["stripe"], timeout=30, trust_env=False) as http:
        yield http
        await http.delete("/emulator/faults")
        await http.post("/emulator/webhooks/release")


@pytest.fixture
def load(stack: Stack) -> LoadGenerator:
    """Users who sell and buy inside `load.running()`."""
    return LoadGenerator(stack.url)


@pytest.fixture
def verify_guarantees(
    stack: Stack, load: LoadGenerator, request: pytest.FixtureRequest
) -> Callable[[], Awaitable[None]]:
    """Call it after a fault: everything converges, the audit is clean, and every accepted write is stored."""

    async def verify() -> None:
        result = await reconcile(stack, load)
        request.node.user_properties.append(("reconciliation", str(result)))
        assert result.problems == []

    return verify
