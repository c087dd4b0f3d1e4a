"""The tickets service on a real MongoDB, called in process. There is no broker unless a test starts one."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from ticketing_test_support.apps import served
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_tickets.app import create_app
from ticketing_tickets.settings import Settings


@pytest.fixture
def app(mongo_uri: str) -> FastAPI:
    """The service, not started yet."""
    return create_app(Settings(mongo_uri=mongo_uri, nats_url="nats://127.0.0.1:1", jwt_secret=JWT_SECRET))


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a session."""
    async with served(app) as client:
        yield client
