"""Requests and responses of /api/payments."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from ticketing_common.web import CamelModel
from ticketing_payments.use_cases.pay import PaymentResult

# Bounded because it becomes part of an idempotency key, which Stripe limits to 255 characters.
_TOKEN = re.compile(r"(?:ctoken|pm|tok)_[A-Za-z0-9_]{1,200}")


def _is_token(value: str) -> str:
    if _TOKEN.fullmatch(value) is None:
        raise ValueError("must be a token from Stripe: ctoken_…, pm_… or tok_…")
    return value


class PaymentIn(CamelModel):
    """The order and the token to pay it with."""

    token: Annotated[
        str,
        Field(
            strict=True, description="A ConfirmationToken (ctoken_…), a PaymentMethod (pm_…) or a card token (tok_…)"
        ),
        AfterValidator(_is_token),
    ]
    order_id: Annotated[str, Field(strict=True)]


class PaymentOut(CamelModel):
    """The payment. `clientSecret` only when the buyer must authenticate with the bank (status requires_action)."""

    id: str
    status: str
    client_secret: str | None = None


class WebhookReceived(BaseModel):
    """An empty object: Stripe only looks at the status."""


def payment_out(result: PaymentResult) -> PaymentOut:
    """The result as the buyer's page sees it."""
    return PaymentOut(id=result.payment.id, status=result.payment.status.value, client_secret=result.client_secret)
