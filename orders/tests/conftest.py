"""The orders service on a real MongoDB. No broker is in reach unless a test brings one."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.mongo import Database
from ticketing_orders.app import create_app
from ticketing_orders.settings import Settings
from ticketing_orders.store import INDEXES, MongoOrderStore
from ticketing_test_support.apps import served
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.orders import InMemoryOrderStore

OUT_OF_REACH = "nats://127.0.0.1:1"


@pytest.fixture
def orders() -> InMemoryOrderStore:
    """No orders yet."""
    return InMemoryOrderStore()


@pytest.fixture
def make_app(mongo_uri: str) -> Callable[[str], FastAPI]:
    """Makes replicas of the service, over one database."""
    return lambda nats_url: create_app(Settings(mongo_uri=mongo_uri, nats_url=nats_url, jwt_secret=JWT_SECRET))


@pytest.fixture
def app(make_app: Callable[[str], FastAPI]) -> FastAPI:
    """The service, not started yet."""
    return make_app(OUT_OF_REACH)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a session."""
    async with served(app) as client:
        yield client


@pytest.fixture
async def database(mongo_uri: str) -> AsyncIterator[Database]:
    """A database of this test's own, with its indexes."""
    database = Database(mongo_uri, default_name="orders", indexes=INDEXES)
    await database.run()
    yield database
    await database.close()


@pytest.fixture
def store(database: Database) -> MongoOrderStore:
    """The real store."""
    return MongoOrderStore(database)


@pytest.fixture
async def other_store(mongo_uri: str, database: Database) -> AsyncIterator[MongoOrderStore]:
    """The store of another replica: a client of its own."""
    other = Database(mongo_uri, default_name="orders", indexes=INDEXES)
    await other.run()
    yield MongoOrderStore(other)
    await other.close()
