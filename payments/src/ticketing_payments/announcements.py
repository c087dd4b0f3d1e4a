"""Payments' state in the words of the contract."""

from ticketing_common.events import PaymentCreated, PaymentFailed, PaymentRefunded, PaymentState
from ticketing_payments.payment import Payment, PaymentStatus

# Reasons of a payment.refunded that no refund of ours explains.
REFUND_FAILED, DISPUTED = "refund_failed", "disputed"


def news(before: Payment, after: Payment) -> PaymentState | None:
    """The event that tells what happened between two states; None when nobody else needs to know."""
    if after.money != before.money:
        # Captured and already given back between two looks is told as captured: orders judges, then looks again.
        return _announce(PaymentRefunded if before.is_captured else PaymentCreated, after)
    has_failed = after.status in (PaymentStatus.FAILED, PaymentStatus.CANCELED)
    if has_failed and (after.status, after.declines) != (before.status, before.declines):
        return _announce(PaymentFailed, after)
    return None


def _announce(event: type[PaymentState], payment: Payment) -> PaymentState:
    return event(
        id=payment.id,
        version=payment.version,
        order_id=payment.order_id,
        status=payment.status.value,
        stripe_id=payment.intent_id or "",
        amount=payment.order.price,
        captured=payment.money.captured,
        refunded=payment.money.refunded,
        disputed=payment.money.held,
        reason=_reason(payment),
        history=payment.history,
    )


def _reason(payment: Payment) -> str | None:
    if payment.money.held:
        return DISPUTED
    if payment.money.bounced:
        return REFUND_FAILED
    if payment.refund is not None and payment.money.refunded:
        return payment.refund.reason.value
    return payment.decline.message if payment.decline else None
