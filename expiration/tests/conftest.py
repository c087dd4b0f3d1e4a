"""The expiration service in the test's process and its worker as a subprocess, on real servers."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from ticketing_common.events import Envelope, HeldTicket, OrderCreated, OrderStatus
from ticketing_common.messaging import Broker, Publisher
from ticketing_common.mongo import Database, new_id
from ticketing_common.observability import tracing
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_expiration.app import create_app
from ticketing_expiration.settings import Settings
from ticketing_expiration.store import INDEXES, MongoExpiryStore
from ticketing_test_support.apps import served
from ticketing_test_support.mongo import database_at
from ticketing_test_support.servers import Server, redis_server
from ticketing_test_support.waiting import eventually


@pytest.fixture
async def database(mongo_uri: str) -> AsyncIterator[Database]:
    """Expiration's database, with its indexes."""
    database = database_at(mongo_uri, default_name="expiration", indexes=INDEXES)
    await database.run()
    yield database
    await database.close()


@pytest.fixture
def store(database: Database) -> MongoExpiryStore:
    """The due times."""
    return MongoExpiryStore(database)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Server]:
    """A Redis of this test's own, not started yet."""
    server = redis_server(tmp_path)
    yield server
    server.kill()


@pytest.fixture
def settings(mongo_uri: str, nats_url: str, redis_url: str) -> Settings:
    """The settings that the service and its worker share."""
    return Settings(mongo_uri=mongo_uri, nats_url=nats_url, redis_url=redis_url)


@pytest.fixture
def own_redis_settings(mongo_uri: str, nats_url: str, own_redis: Server) -> Settings:
    """The same, with the test's own Redis."""
    return Settings(mongo_uri=mongo_uri, nats_url=nats_url, redis_url=own_redis.url)


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The running service."""
    async with served(create_app(settings)) as client:
        yield client


@pytest.fixture
def place(broker: Broker, store: MongoExpiryStore) -> Callable[..., Awaitable[str]]:
    """Publish order.created with a reservation of so many seconds, wait until it is stored; returns the order id."""

    async def place(hold_seconds: float, *, times: int = 1) -> str:
        order = _order(hold_seconds)
        await _publish(broker, order, times)
        await eventually(lambda: _is_known(store, order.id), what="the order being stored")
        return order.id

    return place


@pytest.fixture
def count_complete(broker: Broker) -> Callable[[], Awaitable[int]]:
    """How many expiration.complete the stream holds."""

    async def count_complete() -> int:
        info = await broker.jetstream.stream_info(EVENTS_STREAM, subjects_filter="expiration.complete")
        return (info.state.subjects or {}).get("expiration.complete", 0)

    return count_complete


@pytest.fixture
def worker_log(tmp_path: Path) -> Path:
    """The log of all workers of the test."""
    return tmp_path / "worker.log"


@pytest.fixture
def start_worker(worker_log: Path) -> Iterator[Callable[[Settings], subprocess.Popen[bytes]]]:
    """Start `python -m ticketing_expiration.worker` with these settings; killed at the end of the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(settings: Settings) -> subprocess.Popen[bytes]:
        names = ("mongo_uri", "nats_url", "redis_url")
        environment = os.environ | {name.upper(): str(getattr(settings, name)) for name in names}
        command = [sys.executable, "-m", "ticketing_expiration.worker"]
        with worker_log.open("ab") as log:
            started.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def logged(worker_log: Path) -> Callable[..., Awaitable[None]]:
    """Wait until the workers have logged `text` so many `times`."""

    async def logged(text: str, *, times: int = 1) -> None:
        what = f"{text} in the worker's log"
        await eventually(lambda: worker_log.read_text().count(text) >= times, within=60, what=what)

    return logged


def _order(hold_seconds: float) -> OrderCreated:
    return OrderCreated(
        id=new_id(),
        version=0,
        hold=1,
        status=OrderStatus.CREATED,
        user_id=new_id(),
        expires_at=datetime.now(UTC) + timedelta(seconds=hold_seconds),
        ticket=HeldTicket(id=new_id(), title="concert", price=2000),
    )


async def _publish(broker: Broker, order: OrderCreated, times: int) -> None:
    """Each time with another id, as a redelivery past the deduplication window."""
    now, trace = datetime.now(UTC), tracing.begin()
    for number in range(times):
        envelope = Envelope.from_event(order, occurred_at=now, traceparent=trace)
        fields = {name: getattr(envelope, name) for name in ("subject", "type", "data", "occurred_at", "traceparent")}
        assert await Publisher(broker).publish([Envelope(id=f"{envelope.id}:{number}", **fields)])


async def _is_known(store: MongoExpiryStore, order_id: str) -> bool:
    return await store.documents.find(order_id) is not None
