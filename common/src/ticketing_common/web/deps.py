"""Dependencies that the routes of several services ask for by type. They read `app.state`."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from ticketing_common.currency import Currency


async def _currency(request: Request) -> Currency:
    currency: Currency = request.app.state.currency
    return currency


async def _broker_available(request: Request) -> Callable[[], bool]:
    return lambda: bool(request.app.state.broker.available)


CurrencyDep = Annotated[Currency, Depends(_currency)]
"""The currency of all prices (`state.currency`)."""

BrokerAvailable = Annotated[Callable[[], bool], Depends(_broker_available)]
"""Whether events can flow right now (`state.broker`)."""
