"""Fixtures of every folder whose conftest.py starts a `stack`; a plugin of the root conftest.py."""

from collections.abc import AsyncIterator, Iterator

import pytest

from ticketing_test_support.api import NewClient, api_clients
from ticketing_test_support.otlp import Collector, collecting
from ticketing_test_support.stack import Stack


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Collects every trace of the stack."""
    with collecting() as collector:
        yield collector


@pytest.fixture
async def new_client(stack: Stack) -> AsyncIterator[NewClient]:
    """Call it for a user who has just signed up."""
    async with api_clients(stack.url) as new_client:
        yield new_client
