"""Run applications in the test's own process and send them HTTP requests."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Any

import httpx
from fastapi import FastAPI

from ticketing_common.mongo import Database
from ticketing_test_support.waiting import eventually


@asynccontextmanager
async def served(app: FastAPI, *, wait_ready: bool = True) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running application; its database is ready unless `wait_ready` is off."""
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        if wait_ready:
            await eventually(lambda: app.state.database.ready, what="the database being ready")
        yield http


@asynccontextmanager
async def served_in_memory(app: FastAPI, database: Database, **state: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application's routes on this database; `state` replaces parts of `app.state`.

    No background task runs: nothing is published, consumed or connected.
    """
    for name, value in {"database": database, **state}.items():
        setattr(app.state, name, value)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as http:
        yield http


def assert_refused(response: httpx.Response, status: int, *fields: str) -> None:
    """The error envelope, with this status and these fields, and no session."""
    assert response.status_code == status, response.text
    errors = response.json()["errors"]
    assert response.json().keys() == {"errors"}
    assert all(error["message"] and error.keys() <= {"message", "field"} for error in errors)
    assert [error["field"] for error in errors if "field" in error] == list(fields)
    assert "Set-Cookie" not in response.headers


class InProcessGateway(httpx.AsyncBaseTransport):
    """Sends each request to one of the replicas of the service that its path belongs to, in turn."""

    def __init__(self, apps: Mapping[str, Sequence[FastAPI]]) -> None:
        """`apps`: the replicas by path prefix, such as `/api/orders`."""
        self._replicas = {
            prefix: cycle([httpx.ASGITransport(app=app) for app in replicas]) for prefix, replicas in apps.items()
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        prefix = "/".join(request.url.path.split("/")[:3])
        return await next(self._replicas[prefix]).handle_async_request(request)

    async def aclose(self) -> None:
        """Clients share it: closing one of them must not close the others'."""
