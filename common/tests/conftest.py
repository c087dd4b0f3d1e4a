"""Servers of a test's own, for those that stop, kill or wipe them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ticketing_test_support.servers import Server, mongod, nats_server, started


@pytest.fixture
def own_nats(tmp_path: Path) -> Iterator[Server]:
    """A running nats-server that no other test uses."""
    with started(nats_server(tmp_path)) as server:
        yield server


@pytest.fixture
def own_mongod(tmp_path: Path) -> Iterator[Server]:
    """A running mongod that no other test uses."""
    with started(mongod(tmp_path)) as server:
        yield server


@pytest.fixture
def late_mongod(tmp_path: Path) -> Iterator[Server]:
    """A mongod of this test's own that the test starts."""
    server = mongod(tmp_path)
    yield server
    server.kill()
