"""What the routes ask for, by type."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from ticketing_common.currency import Currency
from ticketing_orders.ports import Orders


async def _orders(request: Request) -> Orders:
    request.app.state.database.require_ready()
    orders: Orders = request.app.state.orders
    return orders


async def _hold_for(request: Request) -> timedelta:
    hold_for: timedelta = request.app.state.hold_for
    return hold_for


async def _broker_connected(request: Request) -> Callable[[], bool]:
    return lambda: bool(request.app.state.broker.connected)


async def _currency(request: Request) -> Currency:
    currency: Currency = request.app.state.currency
    return currency


OrdersDep = Annotated[Orders, Depends(_orders)]
HoldFor = Annotated[timedelta, Depends(_hold_for)]
BrokerConnected = Annotated[Callable[[], bool], Depends(_broker_connected)]
CurrencyDep = Annotated[Currency, Depends(_currency)]
