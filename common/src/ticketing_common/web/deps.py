"""What routes of several services ask for, by type. `app.state` holds it under the name that each reads here."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from ticketing_common.currency import Currency


async def _currency(request: Request) -> Currency:
    currency: Currency = request.app.state.currency
    return currency


async def _broker_connected(request: Request) -> Callable[[], bool]:
    return lambda: bool(request.app.state.broker.connected)


CurrencyDep = Annotated[Currency, Depends(_currency)]
"""What everybody pays in (`state.currency`)."""

BrokerConnected = Annotated[Callable[[], bool], Depends(_broker_connected)]
"""Whether events can arrive right now (`state.broker`)."""
