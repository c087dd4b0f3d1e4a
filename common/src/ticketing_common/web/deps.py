"""Dependencies of the routes of several services."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request

from ticketing_common.clock import utc_now
from ticketing_common.mongo import new_id
from ticketing_common.web.client_address import client_address


def from_state(name: str) -> Callable[[Request], Awaitable[Any]]:
    """A dependency on `app.state.NAME`, which is set by `build_app`."""

    async def read(request: Request) -> Any:
        return getattr(request.app.state, name)

    return read


def from_database(name: str) -> Callable[[Request], Awaitable[Any]]:
    """Like `from_state`, but Unavailable until the database is ready."""

    async def read(request: Request) -> Any:
        request.app.state.database.require_ready()
        return getattr(request.app.state, name)

    return read


async def _now() -> datetime:
    return utc_now()


async def _new_id() -> str:
    return new_id()


async def _client_address(request: Request) -> str:
    return client_address(request.scope)


async def _broker_available(request: Request) -> Callable[[], bool]:
    return lambda: bool(request.app.state.broker.available)


Now = Annotated[datetime, Depends(_now)]
"""The current time (UTC), which tests override."""

ClientAddress = Annotated[str, Depends(_client_address)]
"""Where the request came from, as a key for limits."""

NewId = Annotated[str, Depends(_new_id)]
"""A new id for what the request creates."""

BrokerAvailable = Annotated[Callable[[], bool], Depends(_broker_available)]
"""Whether events can flow right now (`app.state.broker`)."""
