"""The buyer's try to pay: one PaymentIntent an order, its id stored before it is confirmed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ticketing_common.errors import InvalidState, PaymentDeclined, Unavailable
from ticketing_common.replicas import wait_for_replica
from ticketing_payments import domain
from ticketing_payments.intent import Intent, IntentStatus
from ticketing_payments.payment import Payment, PaymentStatus
from ticketing_payments.use_cases import CHECK_AFTER, Till, current, take_over

_UNTRIED = (IntentStatus.REQUIRES_PAYMENT_METHOD, IntentStatus.REQUIRES_CONFIRMATION)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the buyer's page needs: `client_secret` only when the bank wants the buyer to do something (3-D Secure)."""

    payment: Payment
    client_secret: str | None = None


async def pay(
    till: Till,
    *,
    order_id: str,
    user_id: str,
    token: str,
    now: datetime,
    broker_connected: Callable[[], bool],
) -> Outcome:
    """Charge the order's own price. The same token again is the same try; after a decline another one may work.

    Raises NotFound, Forbidden, InvalidState (cancelled, expired, paid), BadToken, PaymentDeclined; Unavailable when
    Stripe's answer is not known, and then the reconciler finds it out.
    """
    payment = await wait_for_replica(
        till.payments.find, order_id, now=now, broker_connected=broker_connected, what="order"
    )
    domain.require_payer(payment, user_id)
    payment = await _after_earlier_tries(till, payment)
    attempt = _digest(token)
    if payment.was_paid_with(attempt):
        return Outcome(payment)
    domain.require_payable(payment, now=now)
    begun = await _begin_attempt(till, payment, attempt=attempt, now=now)
    if begun.is_captured:
        return Outcome(begun)
    intent = await till.gateway.confirm(begun.intent_id or "", order_id=order_id, token=token)
    return _outcome(await take_over(till, order_id, intent), intent, now=now)


async def _after_earlier_tries(till: Till, payment: Payment) -> Payment:
    """The answer to an earlier try may have been lost: look before saying "nothing was charged", or charging again.

    Stripe would repeat the answer of the same try as it was then: "requires_action" when the buyer has done it since.
    """
    if payment.intent_id is None or not payment.can_be_captured:
        return payment
    return await take_over(till, payment.order_id, await till.gateway.retrieve(payment.intent_id))


async def _begin_attempt(till: Till, payment: Payment, *, attempt: str, now: datetime) -> Payment:
    """The payment with the intent's id and the try, stored on a live order; or paid, if another tab was faster with
    the same token. If the order was cancelled meanwhile, the new intent is called off."""
    created = payment.intent_id or await _create_intent(till, payment)
    async for latest in current(till.payments, payment.order_id):
        if latest.was_paid_with(attempt):
            return latest
        try:
            domain.require_payable(latest, now=now)
        except InvalidState:
            if latest.intent_id is None:
                await till.gateway.cancel(created)
            raise
        intent_id = latest.intent_id or created
        begun = domain.begin_attempt(latest, intent_id=intent_id, attempt=attempt, check_at=now + CHECK_AFTER)
        if await till.payments.save(begun, over=latest.version):
            return begun
    raise AssertionError("unreachable: current() raises when it is out of tries")


async def _create_intent(till: Till, payment: Payment) -> str:
    intent = await till.gateway.create_intent(
        order_id=payment.order_id, amount=payment.order.price, currency=till.currency
    )
    return intent.id


def _outcome(payment: Payment, intent: Intent, *, now: datetime) -> Outcome:
    if payment.is_captured:
        return Outcome(payment)
    if payment.status is PaymentStatus.CANCELED:
        domain.require_payable(payment, now=now)
    if intent.decline is not None and intent.status is IntentStatus.REQUIRES_PAYMENT_METHOD:
        raise PaymentDeclined(f"{intent.decline.message} Nothing was charged. Try another card.")
    if intent.status in _UNTRIED:
        raise Unavailable("It is not known yet what became of the payment. Try again in a few seconds.")
    return Outcome(payment, intent.client_secret if intent.status is IntentStatus.REQUIRES_ACTION else None)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
