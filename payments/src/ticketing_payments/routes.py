"""/api/payments: pay an order, and hear what Stripe has to tell."""

from typing import Annotated

from fastapi import APIRouter, Header, Request

from ticketing_common.web import BrokerConnected, Now, UserId
from ticketing_payments.deps import TillDep, WebhookReaderDep
from ticketing_payments.pay import pay
from ticketing_payments.schemas import PaymentIn, PaymentOut, WebhookTaken, payment_out
from ticketing_payments.webhooks import hear_webhook

router = APIRouter(prefix="/api/payments", tags=["payments"])


@router.post("", status_code=201, response_model_exclude_none=True)
async def create_payment(
    body: PaymentIn, user_id: UserId, till: TillDep, now: Now, broker_connected: BrokerConnected
) -> PaymentOut:
    """Pay one of the signed-in buyer's orders."""
    outcome = await pay(
        till, order_id=body.order_id, user_id=user_id, token=body.token, now=now, broker_connected=broker_connected
    )
    return payment_out(outcome)


@router.post("/webhook")
async def take_webhook(
    request: Request,
    till: TillDep,
    reader: WebhookReaderDep,
    stripe_signature: Annotated[str | None, Header()] = None,
) -> WebhookTaken:
    """For Stripe: the raw body, signed."""
    await hear_webhook(till, reader, body=await request.body(), signature=stripe_signature)
    return WebhookTaken()
