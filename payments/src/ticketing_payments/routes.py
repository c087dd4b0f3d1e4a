"""/api/payments: pay an order, and Stripe's webhooks."""

from typing import Annotated

from fastapi import Header, Request, Response
from pydantic import WithJsonSchema

from ticketing_common.idempotency import StoredRequest
from ticketing_common.web import BrokerAvailable, Now, UserId, api_router, errors
from ticketing_common.web.idempotency import KEY_PARAMETER, keyed_request, replay, response_with
from ticketing_payments.deps import Deps, WebhookReaderDep
from ticketing_payments.schemas import WEBHOOK_BODY, PaymentIn, PaymentOut, WebhookReceived, response_to
from ticketing_payments.use_cases.pay import pay
from ticketing_payments.use_cases.pay_once import pay_once
from ticketing_payments.use_cases.webhooks import handle_webhook

router = api_router("payments")


@router.post(
    "",
    status_code=201,
    response_model=PaymentOut,
    responses=errors(402, 404),
    openapi_extra={"parameters": [KEY_PARAMETER]},
)
async def create_payment(
    body: PaymentIn,
    user_id: UserId,
    deps: Deps,
    now: Now,
    broker_available: BrokerAvailable,
    request: Request,
) -> Response:
    """Pay one of the signed-in buyer's orders."""
    keyed = await keyed_request(request, user_id=user_id, now=now)
    if keyed is None:
        result = await pay(
            deps, order_id=body.order_id, user_id=user_id, token=body.token, now=now, broker_available=broker_available
        )
        return response_to(result)
    outcome = await pay_once(
        deps,
        keyed,
        lambda result: response_with(keyed, response_to(result)),
        order_id=body.order_id,
        token=body.token,
        broker_available=broker_available,
    )
    return replay(outcome) if isinstance(outcome, StoredRequest) else response_to(outcome)


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
