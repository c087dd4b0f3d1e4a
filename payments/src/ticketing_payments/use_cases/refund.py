"""Refunding a captured payment, once."""

from ticketing_common.events import RefundReason
from ticketing_payments.domain import rules
from ticketing_payments.domain.payment import Payment
from ticketing_payments.ports import PaymentDeps
from ticketing_payments.use_cases.apply_intent import apply_intent
from ticketing_payments.use_cases.update import update_payment


async def refund(deps: PaymentDeps, *, order_id: str, payment_id: str, refund_id: str, reason: RefundReason) -> None:
    """Store the refund, then make it: a retry asks Stripe with the stored id as the key. Raises NotRefundable."""
    now = deps.now()
    payment = await update_payment(
        deps,
        order_id,
        lambda payment: rules.request_refund(
            payment, payment_id=payment_id, refund_id=refund_id, reason=reason, now=now
        ),
    )
    await make_due_refund(deps, payment)


async def make_due_refund(deps: PaymentDeps, payment: Payment) -> None:
    """Make the requested refund, if there is one. During a dispute it has to wait: the bank holds the money."""
    if payment.refund is None or payment.refund.done or payment.money.has_open_dispute:
        return
    intent = await deps.gateway.refund(refund_id=payment.refund.id, intent_id=payment.intent_id or "")
    await apply_intent(deps, payment.order_id, intent)
