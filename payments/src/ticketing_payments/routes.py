"""/api/payments: pay an order, and Stripe's webhooks."""

from typing import Annotated

from fastapi import Header, Request
from pydantic import WithJsonSchema

from ticketing_common.web import BrokerAvailable, Now, UserId, api_router, errors
from ticketing_payments.deps import Deps, WebhookReaderDep
from ticketing_payments.schemas import WEBHOOK_BODY, PaymentIn, PaymentOut, WebhookReceived, payment_out
from ticketing_payments.use_cases.pay import pay
from ticketing_payments.use_cases.webhooks import handle_webhook

router = api_router("payments")


@router.post("", status_code=201, response_model_exclude_none=True, responses=errors(402, 404))
async def create_payment(
    body: PaymentIn, user_id: UserId, deps: Deps, now: Now, broker_available: BrokerAvailable
) -> PaymentOut:
    """Pay one of the signed-in buyer's orders."""
    result = await pay(
        deps, order_id=body.order_id, user_id=user_id, token=body.token, now=now, broker_available=broker_available
    )
    return payment_out(result)


@router.post("/webhook", openapi_extra={"requestBody": WEBHOOK_BODY})
async def receive_webhook(
    request: Request,
    deps: Deps,
    reader: WebhookReaderDep,
    stripe_signature: Annotated[str | None, Header(), WithJsonSchema({"type": "string"})] = None,
) -> WebhookReceived:
    """For Stripe: the raw body, signed."""
    await handle_webhook(deps, reader, body=await request.body(), signature=stripe_signature)
    return WebhookReceived()
