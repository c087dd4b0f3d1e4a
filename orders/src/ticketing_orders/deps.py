"""What the routes ask for, by type."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from ticketing_orders.ports import Orders


async def _orders(request: Request) -> Orders:
    request.app.state.database.require_ready()
    orders: Orders = request.app.state.orders
    return orders


async def _hold_for(request: Request) -> timedelta:
    hold_for: timedelta = request.app.state.hold_for
    return hold_for


OrdersDep = Annotated[Orders, Depends(_orders)]
HoldFor = Annotated[timedelta, Depends(_hold_for)]
