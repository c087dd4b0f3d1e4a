"""A stack of its own for the exercises that use the running system."""

from collections.abc import Iterator

import pytest

from ticketing_local.ports import free_gateway_port
from ticketing_test_support.otlp import Collector
from ticketing_test_support.stack import Stack, started

WINDOW_SECONDS = 8


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Stack]:
    """Everything, as `make run` starts it, with reservations that last 8 s."""
    settings = {"EXPIRATION_WINDOW_SECONDS": str(WINDOW_SECONDS), **collector.environment}
    with started(tmp_path_factory.mktemp("stack") / "state", free_gateway_port(), **settings) as stack:
        yield stack
