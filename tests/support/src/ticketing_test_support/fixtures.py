"""pytest fixtures: one of each server a run, a clean database and a clean broker a test.

Use them with `pytest_plugins = ["ticketing_test_support.fixtures"]` in the conftest.py at the root.
"""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from urllib.parse import urlsplit
from uuid import uuid4

import nats
import pytest
from nats.js.errors import NotFoundError

from ticketing_common.messaging import Broker
from ticketing_common.observability import configure
from ticketing_common.stream_names import DEAD_STREAM, EVENTS_STREAM
from ticketing_test_support.servers import mongod, nats_server, redis_server, started
from ticketing_test_support.spans import RecordedSpans

LIMITS_OFF = {"RATE_LIMITS": "off"}
JWT_SECRET = "a-secret-that-only-tests-know-of-0123456789"


@pytest.fixture(autouse=True, scope="session")
def structured_logs() -> None:
    """Logs go where `caplog` sees them, also before an application configures them."""
    configure(service="test")


@pytest.fixture(autouse=True, scope="session")
def without_limits() -> Iterator[None]:
    """What tests start has no limits for one user, unless a test sets them."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in LIMITS_OFF.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def mongo_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real mongod, shared by the run."""
    with started(mongod(tmp_path_factory.mktemp("mongo"))) as server:
        yield server.url


@pytest.fixture
def mongo_uri(mongo_server_url: str) -> str:
    """A database of this test's own."""
    return f"{mongo_server_url}/test_{uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def nats_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real nats-server, shared by the run."""
    with started(nats_server(tmp_path_factory.mktemp("nats"))) as server:
        yield server.url


@pytest.fixture
async def nats_url(nats_server_url: str) -> str:
    """A broker without streams and without events of earlier tests."""
    client = await nats.connect(nats_server_url)
    for stream in (EVENTS_STREAM, DEAD_STREAM):
        with suppress(NotFoundError):
            await client.jetstream().delete_stream(stream)
    await client.close()
    return nats_server_url


@pytest.fixture
async def broker(nats_url: str) -> AsyncIterator[Broker]:
    """A connected broker with its streams."""
    broker = Broker(nats_url, client_name="test")
    await broker.run()
    yield broker
    await broker.close()


@pytest.fixture(scope="session")
def redis_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real redis-server, shared by the run."""
    with started(redis_server(tmp_path_factory.mktemp("redis"))) as server:
        yield server.url


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """An empty Redis."""
    with socket.create_connection(("127.0.0.1", urlsplit(redis_server_url).port or 6379)) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        assert connection.recv(16).startswith(b"+OK")
    return redis_server_url


@pytest.fixture
def recorded_spans() -> Iterator[RecordedSpans]:
    """The test's spans."""
    recorded = RecordedSpans()
    yield recorded
    recorded.close()
