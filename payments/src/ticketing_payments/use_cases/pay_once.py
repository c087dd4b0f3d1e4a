"""A request to pay with an Idempotency-Key: however often it is sent, one goes to Stripe, and all get its response.

It is stored before Stripe is called, so that a twin waits instead of trying the card too, and a key is never used for
two orders; and it is answered in the write that stores what Stripe did. Whoever handles it may be killed in between:
then its twin takes it over after `LEASE`, and to Stripe it is the same attempt.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ticketing_common.errors import AppError, KeyReused, PaymentDeclined, Unavailable
from ticketing_common.idempotency import KeyedRequest, RequestRepeated, StoredRequest
from ticketing_common.observability import spans
from ticketing_common.observability.spans import ORDER_ID
from ticketing_payments.domain import requests
from ticketing_payments.domain.payment import Payment
from ticketing_payments.ports import PaymentDeps
from ticketing_payments.use_cases.pay import PaymentResult, charge, find_own
from ticketing_payments.use_cases.update import update_payment

Result = PaymentResult | PaymentDeclined
Respond = Callable[[Result], StoredRequest]
"""The request with the response to a result."""

# In place of the secret, which Stripe advises not to store.
SECRET_PLACEHOLDER = "{client_secret}"  # noqa: S105
_PAUSES = (0.02, 0.04, 0.08, *[0.2] * 50)


async def pay_once(
    deps: PaymentDeps,
    request: KeyedRequest,
    respond: Respond,
    *,
    order_id: str,
    token: str,
    broker_available: Callable[[], bool],
) -> Result | StoredRequest:
    """The result as of `pay`; or, if this request was handled before, that one with its response.

    Raises as `pay`, apart from PaymentDeclined, which is returned; KeyReused if the key is another request's.
    """
    payment = await find_own(deps, order_id, user_id=request.user_id, now=request.at, broker_available=broker_available)
    with spans.resume(payment.trace, "pay order", attributes={ORDER_ID: order_id}):
        payment, claimed, is_first = await _claim(deps, order_id, request)
        if claimed.status is not None:
            return await _complete(deps, payment, claimed)
        return await _handle(deps, payment, claimed, respond, token=token, now=request.at, is_first=is_first)


async def _claim(deps: PaymentDeps, order_id: str, request: KeyedRequest) -> tuple[Payment, StoredRequest, bool]:
    """The request: in progress here from now on, or answered; and whether it was not known before.

    While it is in progress elsewhere, this waits.
    """
    is_first = False

    def claim(payment: Payment) -> Payment:
        nonlocal is_first
        is_first = requests.drop_expired(payment, mine.at).request(mine.key) is None
        return requests.claim(payment, mine)

    for pause in _PAUSES:
        mine = StoredRequest(request.key, request.fingerprint, deps.now())
        try:
            payment = await update_payment(deps, order_id, claim)
        except RequestRepeated:
            await _free_key(deps, request)
            continue
        known = payment.request(request.key)
        if known is mine or (known is not None and known.status is not None):
            return payment, known, is_first
        await asyncio.sleep(pause)
    raise Unavailable("This payment is still in progress. Try again in a few seconds.")


async def _free_key(deps: PaymentDeps, request: KeyedRequest) -> None:
    """KeyReused if the user's payment of another order has a request with the key, unless that has expired."""
    other = await deps.store.find_by_request(request.user_id, request.key)
    if other is None:
        return
    now = deps.now()
    freed = await update_payment(deps, other.order_id, lambda payment: requests.drop_expired(payment, now))
    if freed.request(request.key) is not None:
        raise KeyReused(field="Idempotency-Key")


async def _handle(
    deps: PaymentDeps,
    payment: Payment,
    claimed: StoredRequest,
    respond: Respond,
    *,
    token: str,
    now: datetime,
    is_first: bool,
) -> Result | StoredRequest:
    def answer(latest: Payment, result: Result) -> Payment:
        response = respond(_without_secret(result))
        return requests.answer(latest, replace(response, at=claimed.at))

    result: Result
    try:
        result = await charge(deps, payment, token=token, now=now, answer=answer)
    except PaymentDeclined as declined:
        result = declined
    except AppError:
        if is_first:  # or the one that was taken over may still be at Stripe
            await update_payment(deps, payment.order_id, lambda latest: requests.release(latest, claimed.key))
        raise
    # Nearly always it is answered already; not if an earlier attempt had paid, or a twin took it over.
    payment = await update_payment(deps, payment.order_id, lambda latest: answer(latest, result))
    first = payment.request(claimed.key)
    if first is None or first.body == respond(_without_secret(result)).body:
        return result
    return await _complete(deps, payment, first)


def _without_secret(result: Result) -> Result:
    if isinstance(result, PaymentResult) and result.client_secret is not None:
        return replace(result, client_secret=SECRET_PLACEHOLDER)
    return result


async def _complete(deps: PaymentDeps, payment: Payment, request: StoredRequest) -> StoredRequest:
    """The request with the secret in its response, if it had one."""
    if SECRET_PLACEHOLDER not in request.body:
        return request
    intent = await deps.gateway.retrieve(payment.intent_id or "")
    return replace(request, body=request.body.replace(SECRET_PLACEHOLDER, intent.client_secret or ""))
