"""/api/payments: pay an order."""

from fastapi import APIRouter

from ticketing_common.web import Now, UserId
from ticketing_payments.deps import BrokerConnected, TillDep
from ticketing_payments.pay import pay
from ticketing_payments.schemas import PaymentIn, PaymentOut, payment_out

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
