"""Asking Stripe about payments with an unknown outcome: a lost response or webhook costs time only."""

from datetime import datetime

import structlog

from ticketing_common.observability import spans
from ticketing_common.observability.spans import ORDER_ID, Kind
from ticketing_payments.domain import rules
from ticketing_payments.domain.errors import IntentMismatch
from ticketing_payments.domain.intent import Intent
from ticketing_payments.domain.payment import Payment
from ticketing_payments.ports import PaymentDeps, UnknownIntent
from ticketing_payments.use_cases.apply_intent import apply_intent
from ticketing_payments.use_cases.orders import cancel_if_order_cancelled
from ticketing_payments.use_cases.refund import make_due_refund

log = structlog.get_logger(__name__)

BATCH_SIZE = 50


async def reconcile_due(deps: PaymentDeps, now: datetime) -> int:
    """Reconcile the payments due at `now`; returns how many there were."""
    due = await deps.store.find_due(now=now, limit=BATCH_SIZE)
    for payment in due:
        try:
            await _reconcile_once(deps, payment, now)
        finally:
            spans.leave()  # or what claims the next payment would be in this one's trace
    return len(due)


async def reconcile(deps: PaymentDeps, order_id: str, intent: Intent) -> None:
    """Apply a snapshot of the intent, then cancel it or make a refund if that is due. Raises IntentMismatch."""
    payment = await apply_intent(deps, order_id, intent)
    await cancel_if_order_cancelled(deps, payment)
    await make_due_refund(deps, payment)


async def _reconcile_once(deps: PaymentDeps, payment: Payment, now: datetime) -> None:
    """Only the replica that succeeds in moving the next check asks Stripe."""
    claimed = rules.schedule_check(payment, now=now)
    if not await deps.store.save(claimed, expected_version=payment.version) or claimed.check_at is None:
        return
    try:
        with spans.enter(
            "reconcile payment", Kind.INTERNAL, parent=payment.trace, attributes={ORDER_ID: payment.order_id}
        ):
            await reconcile(deps, payment.order_id, await deps.gateway.retrieve(payment.intent_id or ""))
    except (IntentMismatch, UnknownIntent) as error:
        log.critical("payment.intent_mismatch", order_id=payment.order_id, error=str(error))
