"""The buyer's attempt to pay: one PaymentIntent per order, its id stored before it is confirmed."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ticketing_common.errors import AppError, InvalidState, PaymentDeclined, Unavailable
from ticketing_common.events import PaymentStatus
from ticketing_common.observability import spans
from ticketing_common.observability.spans import ORDER_ID
from ticketing_common.replicas import wait_for_replica
from ticketing_payments.domain import rules
from ticketing_payments.domain.intent import Intent, IntentStatus
from ticketing_payments.domain.payment import Payment
from ticketing_payments.ports import InvalidToken, PaymentDeps
from ticketing_payments.use_cases.apply_intent import apply_intent
from ticketing_payments.use_cases.update import update_payment

# Bounded because it becomes part of an idempotency key, which Stripe limits to 255 characters.
_TOKEN = re.compile(r"(?:ctoken|pm|tok)_[A-Za-z0-9_]{1,200}")
_UNTRIED = (IntentStatus.REQUIRES_PAYMENT_METHOD, IntentStatus.REQUIRES_CONFIRMATION)


@dataclass(frozen=True, slots=True)
class PaymentResult:
    """`client_secret` only when the buyer must authenticate with the bank (3-D Secure)."""

    payment: Payment
    client_secret: str | None = None


Answer = Callable[[Payment, PaymentResult | PaymentDeclined], Payment]
"""The payment with the response to the request for it, to be stored with its result."""


def _unanswered(payment: Payment, _result: PaymentResult | PaymentDeclined) -> Payment:
    return payment


async def pay(
    deps: PaymentDeps,
    *,
    order_id: str,
    user_id: str,
    token: str,
    now: datetime,
    broker_available: Callable[[], bool],
) -> PaymentResult:
    """Charge the order's own price. The same token again is the same attempt; after a decline another may succeed.

    Raises NotFound, Forbidden, InvalidState (cancelled, expired, paid), InvalidToken, TooManyRequests (after
    too many declines), PaymentDeclined; Unavailable when the result is unknown, which the reconciler then finds out.
    """
    payment = await find_own(deps, order_id, user_id=user_id, now=now, broker_available=broker_available)
    with spans.resume(payment.trace, "pay order", attributes={ORDER_ID: order_id}):
        return await charge(deps, payment, token=token, now=now)


async def find_own(
    deps: PaymentDeps, order_id: str, *, user_id: str, now: datetime, broker_available: Callable[[], bool]
) -> Payment:
    """The payment of one of the user's orders; NotFound or Forbidden."""
    payment = await wait_for_replica(
        deps.store.find, order_id, user_id=user_id, now=now, broker_available=broker_available, what="order"
    )
    rules.require_payer(payment, user_id)
    return payment


async def charge(
    deps: PaymentDeps, payment: Payment, *, token: str, now: datetime, answer: Answer = _unanswered
) -> PaymentResult:
    """As `pay`. `answer` changes the payment in the write that stores what Stripe did now, if it did anything."""
    order_id, user_id = payment.order_id, payment.order.user_id
    payment = await _refresh(deps, payment)
    attempt = hashlib.sha256(token.encode()).hexdigest()
    if payment.was_paid_with(attempt):
        return PaymentResult(payment)
    rules.require_payable(payment, now=now)
    _require_token(token)
    async with deps.limits.attempt(order_id=order_id, user_id=user_id) as limited:
        payment = await _begin_attempt(deps, payment, attempt=attempt, now=now)
        if payment.is_captured:
            return PaymentResult(payment)
        intent = await deps.gateway.confirm(payment.intent_id or "", order_id=order_id, token=token)
        if _is_declined(intent):
            limited.count()
        payment = await apply_intent(
            deps, order_id, intent, then=lambda latest: _answered(latest, intent, answer, now=now)
        )
        return _result(payment, intent, now=now)


async def _refresh(deps: PaymentDeps, payment: Payment) -> Payment:
    """Ask Stripe before responding "Nothing was charged": the response to an earlier attempt may have been lost.

    Confirming again would only replay the old response, such as `requires_action` after the buyer has authenticated.
    """
    if payment.intent_id is None or not payment.can_be_captured:
        return payment
    return await apply_intent(deps, payment.order_id, await deps.gateway.retrieve(payment.intent_id))


def _require_token(token: str) -> None:
    if _TOKEN.fullmatch(token) is None:
        raise InvalidToken("token must be a token from Stripe: ctoken_…, pm_… or tok_…")


async def _begin_attempt(deps: PaymentDeps, payment: Payment, *, attempt: str, now: datetime) -> Payment:
    """The payment with its intent and attempt stored; or paid, if another tab was faster with the same token."""
    intent_id = payment.intent_id or await _create_intent(deps, payment)
    try:
        return await update_payment(
            deps,
            payment.order_id,
            lambda latest: rules.begin_attempt(latest, intent_id=intent_id, attempt=attempt, now=now),
        )
    except InvalidState:
        await _cancel_unless_stored(deps, payment.order_id, intent_id)
        raise


async def _create_intent(deps: PaymentDeps, payment: Payment) -> str:
    intent = await deps.gateway.create_intent(
        order_id=payment.order_id, amount=payment.order.price, currency=deps.currency
    )
    return intent.id


async def _cancel_unless_stored(deps: PaymentDeps, order_id: str, intent_id: str) -> None:
    """The order was closed while its intent was created: nothing else would cancel it."""
    latest = await deps.store.find(order_id)
    if latest is not None and latest.intent_id is None:
        await deps.gateway.cancel(intent_id)


def _result(payment: Payment, intent: Intent, *, now: datetime) -> PaymentResult:
    if payment.is_captured:
        return PaymentResult(payment)
    if payment.status is PaymentStatus.CANCELED:
        rules.require_payable(payment, now=now)
    if intent.decline is not None and _is_declined(intent):
        raise PaymentDeclined(f"{intent.decline.message} Nothing was charged. Try another card.")
    if intent.status in _UNTRIED:
        raise Unavailable("The payment result is not known yet. Try again in a few seconds.")
    return PaymentResult(payment, intent.client_secret if intent.status is IntentStatus.REQUIRES_ACTION else None)


def _answered(payment: Payment, intent: Intent, answer: Answer, *, now: datetime) -> Payment:
    """An unknown result, or an order that was closed, is no answer: the same request may be sent again."""
    try:
        return answer(payment, _result(payment, intent, now=now))
    except PaymentDeclined as declined:
        return answer(payment, declined)
    except AppError:
        return payment


def _is_declined(intent: Intent) -> bool:
    return intent.decline is not None and intent.status is IntentStatus.REQUIRES_PAYMENT_METHOD
