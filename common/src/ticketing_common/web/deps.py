"""Dependencies that the routes of several services ask for by type."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from ticketing_common.clock import utc_now
from ticketing_common.mongo import new_id


async def _now() -> datetime:
    return utc_now()


async def _new_id() -> str:
    return new_id()


async def _broker_available(request: Request) -> Callable[[], bool]:
    return lambda: bool(request.app.state.broker.available)


Now = Annotated[datetime, Depends(_now)]
"""The current time (UTC), which tests override."""

NewId = Annotated[str, Depends(_new_id)]
"""A new id for what the request creates."""

BrokerAvailable = Annotated[Callable[[], bool], Depends(_broker_available)]
"""Whether events can flow right now (`app.state.broker`)."""
