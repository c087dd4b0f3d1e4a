"""Orders in memory, and on a real MongoDB where its indexes and writes are the subject."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.mongo import Database
from ticketing_orders.app import create_app
from ticketing_orders.settings import Settings
from ticketing_orders.store import INDEXES, MongoOrderStore
from ticketing_test_support.apps import served_in_memory
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.memory import InMemoryDatabase, WriteFaults
from ticketing_test_support.mongo import database_at


@pytest.fixture
def faults() -> WriteFaults:
    """Faults and races of the in-memory database's writes."""
    return WriteFaults()


@pytest.fixture
def memory(faults: WriteFaults) -> InMemoryDatabase:
    """An in-memory database."""
    return InMemoryDatabase(INDEXES, faults)


@pytest.fixture
def store(memory: InMemoryDatabase) -> MongoOrderStore:
    """The store on the in-memory database."""
    return MongoOrderStore(memory)


@pytest.fixture
def app() -> FastAPI:
    """The service, not started."""
    unreachable = {"mongo_uri": "mongodb://127.0.0.1:1", "nats_url": "nats://127.0.0.1:1"}
    return create_app(Settings.model_validate({**unreachable, "jwt_secret": JWT_SECRET}))


@pytest.fixture
async def client(app: FastAPI, memory: InMemoryDatabase, store: MongoOrderStore) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the routes on the in-memory database, without a session."""
    async with served_in_memory(app, memory, store=store) as client:
        yield client


@pytest.fixture
async def database(mongo_uri: str) -> AsyncIterator[Database]:
    """A database on a real MongoDB, with its indexes."""
    database = database_at(mongo_uri, default_name="orders", indexes=INDEXES)
    await database.run()
    yield database
    await database.close()


@pytest.fixture
def real_store(database: Database) -> MongoOrderStore:
    """The store on a real MongoDB."""
    return MongoOrderStore(database)


@pytest.fixture
async def other_replica(mongo_uri: str, database: Database) -> AsyncIterator[MongoOrderStore]:
    """The store of another replica: the same database by a client of its own."""
    other = database_at(mongo_uri, default_name="orders", indexes=INDEXES)
    await other.run()
    yield MongoOrderStore(other)
    await other.close()
