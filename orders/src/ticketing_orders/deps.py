"""Dependencies of the routes, by type."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from ticketing_orders.ports import OrderStore


async def _store(request: Request) -> OrderStore:
    request.app.state.database.require_ready()
    store: OrderStore = request.app.state.store
    return store


async def _hold_for(request: Request) -> timedelta:
    hold_for: timedelta = request.app.state.hold_for
    return hold_for


StoreDep = Annotated[OrderStore, Depends(_store)]
HoldFor = Annotated[timedelta, Depends(_hold_for)]
