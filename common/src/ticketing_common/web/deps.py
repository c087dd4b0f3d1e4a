"""What routes of several services ask for, by type. `app.state` holds it under the name that each reads here."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request


async def _broker_connected(request: Request) -> Callable[[], bool]:
    return lambda: bool(request.app.state.broker.connected)


BrokerConnected = Annotated[Callable[[], bool], Depends(_broker_connected)]
"""Whether events can arrive right now (`state.broker`)."""
