"""Requests and responses of /api/payments."""

from typing import Annotated

from pydantic import BaseModel, Field

from ticketing_common.web import CamelModel
from ticketing_payments.use_cases.pay import PaymentResult


class PaymentIn(CamelModel):
    """The order and the token to pay it with."""

    token: Annotated[
        str,
        Field(
            strict=True,
            min_length=1,
            description="A ConfirmationToken (ctoken_…), a PaymentMethod (pm_…) or a card token (tok_…)",
        ),
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
