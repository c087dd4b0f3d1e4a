"""How a snapshot of its intent changes a payment. It comes from a call's response, a webhook or the reconciler.

Stripe does not number snapshots, so one may be older than the state known here. A snapshot that arrives twice, late or
out of order changes nothing: amounts only grow, a final state stays, a decline counts once.
"""

from dataclasses import replace
from datetime import datetime

from ticketing_common.events import PaymentStatus
from ticketing_payments.domain.errors import IntentMismatch
from ticketing_payments.domain.history import history_entries
from ticketing_payments.domain.intent import Decline, Intent, IntentStatus
from ticketing_payments.domain.payment import Payment

# They bound the document's size, far above what a buyer can do before an order expires.
MAX_DECLINES = 100
MAX_HISTORY_ENTRIES = 120


def apply(payment: Payment, intent: Intent, *, currency: str, now: datetime, live: bool = False) -> Payment:
    """The payment after this snapshot of its intent; unchanged when it shows nothing new.

    Raises IntentMismatch when it is another payment's intent, or one of another amount, currency or mode (`live`).
    """
    _require_match(payment, intent, currency=currency, live=live)
    if payment.is_captured or intent.money.captured:
        after = _apply_money(payment, intent)
    else:
        after = _apply_unpaid(payment, intent)
    if after is payment:
        return payment
    history = (*payment.history, *history_entries(payment, after, now))[-MAX_HISTORY_ENTRIES:]
    return replace(after, history=history, check_at=(after.check_at or now) if after.needs_check else None)


def _require_match(payment: Payment, intent: Intent, *, currency: str, live: bool) -> None:
    found = (intent.id, intent.order_id, intent.amount, intent.currency, intent.live)
    expected = (payment.intent_id, payment.order_id, payment.order.price, currency, live)
    if found != expected:
        raise IntentMismatch(
            f"the intent (id, order, amount, currency, live mode: {found}) does not match the payment ({expected}): "
            "nothing was changed; look it up in Stripe's dashboard"
        )


def _apply_money(payment: Payment, intent: Intent) -> Payment:
    money = payment.money.newest(intent.money)
    if money == payment.money:
        return payment
    # After a dispute that was lost, and won on appeal, the refund is due again.
    refund = replace(payment.refund, done=money.is_returned) if payment.refund is not None else None
    return replace(payment, version=payment.version + 1, money=money, status=money.status, refund=refund)


def _apply_unpaid(payment: Payment, intent: Intent) -> Payment:
    if payment.status is PaymentStatus.CANCELED:
        return payment
    declines = _with_decline(payment.declines, intent.decline)
    status = _unpaid_status(payment, intent, declined=declines is not payment.declines)
    if (status, declines) == (payment.status, payment.declines):
        return payment
    return replace(payment, version=payment.version + 1, status=status, declines=declines)


def _with_decline(known: tuple[Decline, ...], decline: Decline | None) -> tuple[Decline, ...]:
    """The same tuple when the decline is known."""
    if decline is None or any(decline.attempt == earlier.attempt for earlier in known):
        return known
    return (*known, decline)[-MAX_DECLINES:]


def _unpaid_status(payment: Payment, intent: Intent, *, declined: bool) -> PaymentStatus:
    status = _UNPAID_STATUS[intent.status]
    if status is not PaymentStatus.OPEN:
        return status
    if declined:
        return PaymentStatus.FAILED
    # Once tried, an intent returns to this status only with a new decline: without one, the snapshot is an older one.
    return PaymentStatus.OPEN if payment.status is PaymentStatus.NONE else payment.status


_UNPAID_STATUS = {
    IntentStatus.REQUIRES_PAYMENT_METHOD: PaymentStatus.OPEN,
    IntentStatus.REQUIRES_CONFIRMATION: PaymentStatus.OPEN,
    IntentStatus.REQUIRES_ACTION: PaymentStatus.REQUIRES_ACTION,
    IntentStatus.REQUIRES_CAPTURE: PaymentStatus.PROCESSING,
    IntentStatus.PROCESSING: PaymentStatus.PROCESSING,
    IntentStatus.SUCCEEDED: PaymentStatus.PROCESSING,  # without an amount received: not captured yet
    IntentStatus.CANCELED: PaymentStatus.CANCELED,
}
