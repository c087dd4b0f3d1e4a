"""The auth service on a real MongoDB, called in process."""

from collections.abc import AsyncIterator

import httpx
import pytest

from ticketing_auth.app import create_app
from ticketing_auth.settings import Settings
from ticketing_test_support.apps import served
from ticketing_test_support.fixtures import JWT_SECRET


@pytest.fixture
async def client(mongo_uri: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a session."""
    app = create_app(Settings(mongo_uri=mongo_uri, jwt_secret=JWT_SECRET))
    async with served(app) as client:
        yield client
