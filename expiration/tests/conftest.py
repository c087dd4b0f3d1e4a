"""The expiration service in the test's own process, its worker as the real subprocess, on real servers."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from ticketing_common.events import Envelope, Event, HeldTicket, OrderCreated, OrderStatus
from ticketing_common.messaging import Broker, Publisher
from ticketing_common.messaging.streams import EVENTS_STREAM
from ticketing_common.mongo import Database, new_id
from ticketing_common.observability import tracing
from ticketing_common.testing.apps import served
from ticketing_common.testing.servers import Server, redis_server
from ticketing_expiration.app import create_app
from ticketing_expiration.settings import Settings
from ticketing_expiration.store import INDEXES, ExpiryStore

Say = Callable[[Event], object]
STOP_WITHIN_SECONDS = 10.0


@pytest.fixture
async def database(mongo_uri: str) -> AsyncIterator[Database]:
    """Expiration's database, with its indexes."""
    database = Database(mongo_uri, default_name="expiration", indexes=INDEXES)
    await database.run()
    yield database
    await database.close()


@pytest.fixture
def store(database: Database) -> ExpiryStore:
    """The due times."""
    return ExpiryStore(database)


@pytest.fixture
def settings(mongo_uri: str, nats_url: str, redis_url: str) -> Settings:
    """The settings that the service and its worker share."""
    return Settings(mongo_uri=mongo_uri, nats_url=nats_url, redis_url=redis_url)


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The running service."""
    async with served(create_app(settings)) as client:
        yield client


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Server]:
    """A Redis of this test's own, to kill and start; not started yet."""
    server = redis_server(tmp_path)
    yield server
    server.kill()


def order_due(in_seconds: float, order_id: str | None = None) -> OrderCreated:
    """An order whose hold runs out in so many seconds."""
    return OrderCreated(
        id=order_id or new_id(),
        version=0,
        hold=1,
        status=OrderStatus.CREATED,
        user_id=new_id(),
        expires_at=datetime.now(UTC) + timedelta(seconds=in_seconds),
        ticket=HeldTicket(id=new_id(), title="concert", price=2000),
    )


async def say(broker: Broker, *events: Event) -> None:
    """Publish as orders would."""
    now = datetime.now(UTC)
    await Publisher(broker).publish(
        [Envelope.seal(event, occurred_at=now, traceparent=tracing.begin()) for event in events]
    )


async def said_complete(broker: Broker) -> int:
    """How many expiration.complete the stream holds."""
    info = await broker.jetstream.stream_info(EVENTS_STREAM, subjects_filter="expiration.complete")
    return (info.state.subjects or {}).get("expiration.complete", 0)


async def is_known(store: ExpiryStore, order_id: str) -> bool:
    """Whether the service has heard of the order."""
    return await store.documents.find(order_id) is not None


class WorkerProcess:
    """`python -m ticketing_expiration.worker`."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ticketing_expiration.worker"],
                env={**os.environ, **environment},
                stdout=out,
                stderr=out,
            )

    def has_logged(self, event: str) -> bool:
        """Whether the event is in its log."""
        return event in self.log.read_text()

    def terminate(self) -> int:
        """SIGTERM; the exit status."""
        self.process.terminate()
        return self.process.wait(STOP_WITHIN_SECONDS)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()


@contextmanager
def started_worker(settings: Settings, log: Path) -> Iterator[WorkerProcess]:
    """A worker with these settings; killed at the end."""
    environment = {"MONGO_URI": settings.mongo_uri, "NATS_URL": settings.nats_url, "REDIS_URL": settings.redis_url}
    worker = WorkerProcess(environment, log)
    try:
        yield worker
    finally:
        worker.kill()


def redis_port(settings: Settings) -> int:
    """The port of the Redis that the settings name."""
    return urlsplit(settings.redis_url).port or 6379
