"""Requests and responses of /api/payments."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from ticketing_common.web import CamelModel
from ticketing_payments.pay import Outcome

# Bounded because it becomes part of an idempotency key, which Stripe takes up to 255 characters of.
_TOKEN = re.compile(r"(?:ctoken|pm|tok)_[A-Za-z0-9_]{1,200}")


def _is_token(value: str) -> str:
    if _TOKEN.fullmatch(value) is None:
        raise ValueError("must be what Stripe gave for the card: ctoken_…, pm_… or tok_…")
    return value


class PaymentIn(CamelModel):
    """What to pay with, and which order. An order id that is none is simply not found."""

    token: Annotated[
        str,
        Field(
            strict=True, description="A ConfirmationToken (ctoken_…), a PaymentMethod (pm_…) or a card token (tok_…)"
        ),
        AfterValidator(_is_token),
    ]
    order_id: Annotated[str, Field(strict=True)]


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
