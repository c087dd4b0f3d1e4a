"""The application without a server, and its store."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from ticketing_telemetry.app import create_app
from ticketing_telemetry.store import TraceStore


@pytest.fixture
def store() -> TraceStore:
    """What the application keeps."""
    return TraceStore()


@pytest.fixture
async def http(store: TraceStore, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, which has no Prometheus and no dashboards."""
    app = create_app(prometheus_url=None, dashboards=tmp_path, store=store)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield client
