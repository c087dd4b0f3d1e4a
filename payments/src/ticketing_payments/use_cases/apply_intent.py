"""Applying a snapshot of an intent: the only way by which a payment learns what happened at Stripe."""

from collections.abc import Callable

from ticketing_payments.domain.apply import apply
from ticketing_payments.domain.intent import Intent
from ticketing_payments.domain.payment import Payment
from ticketing_payments.ports import PaymentDeps
from ticketing_payments.use_cases.update import update_payment


def _unchanged(payment: Payment) -> Payment:
    return payment


async def apply_intent(
    deps: PaymentDeps, order_id: str, intent: Intent, *, then: Callable[[Payment], Payment] = _unchanged
) -> Payment:
    """The payment after this snapshot of its intent, from our own call, a webhook or the reconciler.

    `then` may change it further, in the same write. Raises IntentMismatch.
    """
    now = deps.now()
    return await update_payment(
        deps, order_id, lambda payment: then(apply(payment, intent, currency=deps.currency, live=deps.live, now=now))
    )
