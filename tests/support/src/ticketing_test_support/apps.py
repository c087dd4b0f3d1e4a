"""Run a service's application in the test's own process and talk HTTP to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from ticketing_test_support.waiting import eventually


@asynccontextmanager
async def served(app: FastAPI, *, wait_ready: bool = True) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running application; its database is ready unless `wait_ready` is off."""
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        if wait_ready:
            await eventually(lambda: app.state.database.ready, what="the database being ready")
        yield http
