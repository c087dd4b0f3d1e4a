"""Dependencies of the routes, by type."""

from typing import Annotated

from fastapi import Depends

from ticketing_common.web import from_database, from_state
from ticketing_payments.ports import PaymentDeps, WebhookReader

Deps = Annotated[PaymentDeps, Depends(from_database("deps"))]
WebhookReaderDep = Annotated[WebhookReader, Depends(from_state("webhook_reader"))]
