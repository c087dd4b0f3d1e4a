"""The auth service, called in process on an in-memory database or on real servers."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from ticketing_auth.app import create_app
from ticketing_auth.settings import Settings
from ticketing_auth.store import INDEXES, MongoRevocationStore, MongoUserStore
from ticketing_test_support.apps import served_in_memory
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.memory import InMemoryDatabase

NOWHERE = {"mongo_uri": "mongodb://127.0.0.1:1/auth", "nats_url": "nats://127.0.0.1:1", "jwt_secret": JWT_SECRET}


def settings(**others: Any) -> Settings:
    """Of a service without its servers, but for those that are given."""
    return Settings.model_validate({**NOWHERE, **others})


@pytest.fixture
def database() -> InMemoryDatabase:
    """An empty database."""
    return InMemoryDatabase(indexes=INDEXES)


@pytest.fixture
async def client(database: InMemoryDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a session."""
    app = create_app(settings())
    deps = replace(app.state.deps, store=MongoUserStore(database))
    async with served_in_memory(app, database, deps=deps, revocation_store=MongoRevocationStore(database)) as client:
        yield client
