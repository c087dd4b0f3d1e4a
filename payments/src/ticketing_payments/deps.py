"""What the routes ask for, by type."""

from typing import Annotated

from fastapi import Depends, Request

from ticketing_payments.use_cases import Till
from ticketing_payments.webhooks import WebhookReader


async def _till(request: Request) -> Till:
    request.app.state.database.require_ready()
    till: Till = request.app.state.till
    return till


async def _webhook_reader(request: Request) -> WebhookReader:
    reader: WebhookReader = request.app.state.webhook_reader
    return reader


WebhookReaderDep = Annotated[WebhookReader, Depends(_webhook_reader)]
TillDep = Annotated[Till, Depends(_till)]
