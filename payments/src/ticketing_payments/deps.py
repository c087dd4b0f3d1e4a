"""Dependencies of the routes, by type."""

from typing import Annotated

from fastapi import Depends, Request

from ticketing_payments.ports import PaymentDeps, WebhookReader


async def _deps(request: Request) -> PaymentDeps:
    request.app.state.database.require_ready()
    deps: PaymentDeps = request.app.state.deps
    return deps


async def _webhook_reader(request: Request) -> WebhookReader:
    reader: WebhookReader = request.app.state.webhook_reader
    return reader


Deps = Annotated[PaymentDeps, Depends(_deps)]
WebhookReaderDep = Annotated[WebhookReader, Depends(_webhook_reader)]
