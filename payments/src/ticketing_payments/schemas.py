"""Requests and responses of /api/payments."""

from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, Field

from ticketing_common.errors import PaymentDeclined
from ticketing_common.web import CamelModel, Id
from ticketing_common.web.envelope import response_for
from ticketing_payments.stripe_objects import EVENT_TYPE, INTENT_ID
from ticketing_payments.use_cases.pay import PaymentResult

_INTENT_ID = {"type": "string", "pattern": f"^{INTENT_ID}$"}
_EXPANDED_INTENT = {"type": "object", "required": ["id"], "properties": {"id": _INTENT_ID}}
_INTENT = {"anyOf": [_INTENT_ID, _EXPANDED_INTENT, {"type": "null"}]}


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
    order_id: Annotated[Id, Field(strict=True)]


class PaymentOut(CamelModel):
    """The payment. `clientSecret` only when the buyer must authenticate with the bank (status requires_action)."""

    id: Id
    status: str
    client_secret: str | None = None


WEBHOOK_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["type", "data"],
                "properties": {
                    "type": {"type": "string", "pattern": f"^{EVENT_TYPE}$"},
                    "data": {
                        "type": "object",
                        "required": ["object"],
                        "properties": {"object": {"type": "object", "properties": {"payment_intent": _INTENT}}},
                    },
                },
            }
        }
    },
}
"""An event of Stripe, for the OpenAPI document: the route reads the raw body, which is signed."""


class WebhookReceived(BaseModel):
    """An empty object: Stripe only looks at the status."""


def response_to(result: PaymentResult | PaymentDeclined) -> Response:
    """The response to a result."""
    if isinstance(result, PaymentDeclined):
        return response_for(result)
    shown = PaymentOut(id=result.payment.id, status=result.payment.status.value, client_secret=result.client_secret)
    return Response(shown.model_dump_json(exclude_none=True), status_code=201, media_type="application/json")
