"""A stack of its own for the exercises that use the running system."""

from collections.abc import AsyncIterator, Iterator

import pytest

from ticketing_local.ports import free_gateway_port
from ticketing_test_support.api import NewClient, api_clients
from ticketing_test_support.otlp import Collector, collecting
from ticketing_test_support.stack import Stack, started

WINDOW_SECONDS = 8


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Collects the traces of the stack."""
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Stack]:
    """Everything, as `make run` starts it, with reservations that last 8 s."""
    settings = {"EXPIRATION_WINDOW_SECONDS": str(WINDOW_SECONDS), **collector.environment}
    with started(tmp_path_factory.mktemp("stack") / "state", free_gateway_port(), **settings) as stack:
        yield stack


@pytest.fixture
async def new_client(stack: Stack) -> AsyncIterator[NewClient]:
    """Call it for a user who has just signed up."""
    async with api_clients(stack.url) as new_client:
        yield new_client
