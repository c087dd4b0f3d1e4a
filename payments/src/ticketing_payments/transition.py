"""The one transition of all news about an intent: our own call's answer, a webhook, the reconciler.

Stripe numbers no views of an intent, so a view may be older than what is known. The same news twice, late or out of
order changes nothing: money only grows, an end stays an end, a decline counts once.
"""

from dataclasses import replace
from datetime import datetime

from ticketing_payments.chronicle import happenings
from ticketing_payments.domain import IntentMismatch
from ticketing_payments.intent import Decline, Intent, IntentStatus, Money
from ticketing_payments.payment import Payment, PaymentStatus, next_state

# Bounds for the document's size; far more than a person tries in the time that an order lives.
MOST_DECLINES = 100
MOST_HAPPENINGS = 120


def taken_over(payment: Payment, intent: Intent, *, currency: str, now: datetime, live: bool = False) -> Payment:
    """The payment as the intent now stands; the same payment when that is no news.

    Raises IntentMismatch when it is not this payment's intent, or is of another amount, currency or mode (`live`).
    """
    _require_match(payment, intent, currency=currency, live=live)
    after = _with_money(payment, intent) if payment.is_captured or intent.money.captured else _unpaid(payment, intent)
    if after is payment:
        return payment
    history = (*payment.history, *happenings(payment, after, now))[-MOST_HAPPENINGS:]
    return replace(after, history=history, check_at=None if after.is_settled else after.check_at)


def _with_money(payment: Payment, intent: Intent) -> Payment:
    money = payment.money.newest(intent.money)
    if money == payment.money:
        return payment
    refund = payment.refund
    if refund is not None and money.given_back + money.lost >= money.captured:
        refund = replace(refund, done=True)
    return next_state(payment, money=money, status=_money_status(money), refund=refund)


def _money_status(money: Money) -> PaymentStatus:
    if money.held:
        return PaymentStatus.DISPUTED
    if money.refunded <= 0:
        return PaymentStatus.SUCCEEDED
    return PaymentStatus.REFUNDED if money.refunded >= money.captured else PaymentStatus.PARTIALLY_REFUNDED


def _unpaid(payment: Payment, intent: Intent) -> Payment:
    if payment.status is PaymentStatus.CANCELED:
        return payment
    declines = _with_decline(payment.declines, intent.decline)
    status = _status(payment, intent, declined=declines is not payment.declines)
    if (status, declines) == (payment.status, payment.declines):
        return payment
    return next_state(payment, status=status, declines=declines)


def _with_decline(known: tuple[Decline, ...], told: Decline | None) -> tuple[Decline, ...]:
    """The same tuple when nothing new was told."""
    if told is None or any(decline.attempt == told.attempt for decline in known):
        return known
    return (*known, told)[-MOST_DECLINES:]


def _status(payment: Payment, intent: Intent, *, declined: bool) -> PaymentStatus:
    status = _STATUS[intent.status]
    if status is not PaymentStatus.OPEN:
        return status
    if declined:
        return PaymentStatus.FAILED
    # Once it was tried, an intent waits for a card again only with a new decline: this is an older view.
    return PaymentStatus.OPEN if payment.status is PaymentStatus.NONE else payment.status


def _require_match(payment: Payment, intent: Intent, *, currency: str, live: bool) -> None:
    told = (intent.id, intent.order_id, intent.amount, intent.currency, intent.live)
    ours = (payment.intent_id, payment.order_id, payment.order.price, currency, live)
    if told != ours:
        raise IntentMismatch(
            f"the intent told of (id, order, amount, currency, live mode: {told}) is not this payment's ({ours}): "
            "nothing was taken over; look at it in Stripe's dashboard"
        )


_STATUS = {
    IntentStatus.REQUIRES_PAYMENT_METHOD: PaymentStatus.OPEN,
    IntentStatus.REQUIRES_CONFIRMATION: PaymentStatus.OPEN,
    IntentStatus.REQUIRES_ACTION: PaymentStatus.REQUIRES_ACTION,
    IntentStatus.REQUIRES_CAPTURE: PaymentStatus.PROCESSING,
    IntentStatus.PROCESSING: PaymentStatus.PROCESSING,
    IntentStatus.SUCCEEDED: PaymentStatus.PROCESSING,  # with money it never comes here
    IntentStatus.CANCELED: PaymentStatus.CANCELED,
}
