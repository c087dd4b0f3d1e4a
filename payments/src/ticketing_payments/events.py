"""Maps a change of a payment to its event."""

from ticketing_common.events import PaymentCreated, PaymentFailed, PaymentRefunded, PaymentState, PaymentStatus
from ticketing_payments.domain.payment import Payment

# Reasons of a payment.refunded that our own refund does not explain.
REFUND_FAILED, DISPUTED = "refund_failed", "disputed"


def event_for(before: Payment, after: Payment) -> PaymentState | None:
    """The event to publish for this change; None when it concerns this service only."""
    if after.money != before.money:
        # Captured and refunded between two snapshots is published as captured: orders settles every captured payment.
        return _event(PaymentRefunded if before.is_captured else PaymentCreated, after)
    has_failed = after.status in (PaymentStatus.FAILED, PaymentStatus.CANCELED)
    if has_failed and (after.status, after.declines) != (before.status, before.declines):
        return _event(PaymentFailed, after)
    return None


def _event(event: type[PaymentState], payment: Payment) -> PaymentState:
    return event(
        id=payment.id,
        version=payment.version,
        order_id=payment.order_id,
        status=payment.status.value,
        stripe_id=payment.intent_id or "",
        amount=payment.order.price,
        captured=payment.money.captured,
        refunded=payment.money.refunded,
        disputed=payment.money.disputed,
        reason=_reason(payment),
        history=payment.history,
    )


def _reason(payment: Payment) -> str | None:
    if payment.money.disputed:
        return DISPUTED
    if payment.money.refund_failed:
        return REFUND_FAILED
    if payment.refund is not None and payment.money.refunded:
        return payment.refund.reason.value
    return payment.decline.message if payment.decline else None
