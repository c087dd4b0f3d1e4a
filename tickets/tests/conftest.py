"""The tickets service, called in process. There is no broker unless a test starts one."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pymongo import MongoClient
from pymongo.database import Database as SyncDatabase

from ticketing_test_support.alerts import RecordingNotifier
from ticketing_test_support.apps import served_in_memory
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.memory import InMemoryDatabase, WriteFaults
from ticketing_tickets.alerts.ports import AlertDeps
from ticketing_tickets.alerts.store import MongoAlertStore
from ticketing_tickets.app import INDEXES, create_app
from ticketing_tickets.settings import Settings
from ticketing_tickets.store import MongoTicketStore


@pytest.fixture
def app(mongo_uri: str) -> FastAPI:
    """The service on a real MongoDB, not started yet."""
    return create_app(Settings(mongo_uri=mongo_uri, nats_url="nats://127.0.0.1:1", jwt_secret=JWT_SECRET))


@pytest.fixture
def server(mongo_uri: str) -> Iterator[SyncDatabase[dict[str, Any]]]:
    """The same database, looked at from outside."""
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        yield client.get_default_database()


@pytest.fixture
def faults() -> WriteFaults:
    """Faults and races of the in-memory database's writes."""
    return WriteFaults()


@pytest.fixture
def memory(faults: WriteFaults) -> InMemoryDatabase:
    """An in-memory database."""
    return InMemoryDatabase(INDEXES, faults)


@pytest.fixture
def store(memory: InMemoryDatabase) -> MongoTicketStore:
    """The store on the in-memory database."""
    return MongoTicketStore(memory)


@pytest.fixture
def notifier() -> RecordingNotifier:
    """What tells the users of available tickets."""
    return RecordingNotifier()


@pytest.fixture
def alerts(memory: InMemoryDatabase, store: MongoTicketStore, notifier: RecordingNotifier) -> AlertDeps:
    """Alerts on the in-memory database."""
    return AlertDeps(store, MongoAlertStore(memory), notifier)


@pytest.fixture
async def client(
    app: FastAPI, memory: InMemoryDatabase, store: MongoTicketStore, alerts: AlertDeps
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the routes on the in-memory database, without a session."""
    async with served_in_memory(app, memory, store=store, alerts=alerts) as client:
        yield client
