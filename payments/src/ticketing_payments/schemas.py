"""Requests and responses of /api/payments."""

from typing import Annotated

from pydantic import BaseModel, Field

from ticketing_common.web import CamelModel
from ticketing_payments.pay import Outcome


class PaymentIn(CamelModel):
    """What to pay with, and which order. `token`: `ctoken_…`, `pm_…` or the original's `tok_…`."""

    token: Annotated[str, Field(strict=True, pattern=r"^(ctoken|pm|tok)_[A-Za-z0-9_]{1,200}$")]
    order_id: Annotated[str, Field(strict=True, min_length=1, max_length=64)]


class PaymentOut(CamelModel):
    """The payment. `clientSecret` only when the buyer must confirm it with the bank (status requires_action)."""

    id: str
    status: str
    client_secret: str | None = None


class WebhookTaken(BaseModel):
    """An empty object: Stripe only looks at the status."""


def payment_out(outcome: Outcome) -> PaymentOut:
    """The outcome as the buyer's page sees it."""
    return PaymentOut(id=outcome.payment.id, status=outcome.payment.status.value, client_secret=outcome.client_secret)
