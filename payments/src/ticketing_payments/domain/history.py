"""The history of a payment: what happened between two of its states."""

from collections.abc import Iterator
from datetime import datetime

from ticketing_common.events import PaymentHistoryEntry, PaymentStatus, PaymentStep
from ticketing_payments.domain.payment import Payment

DISPUTE_WON = "It was decided in the seller's favour."
DISPUTE_LOST = "It was decided in your favour; your bank returned the money."


def history_entries(before: Payment, after: Payment, now: datetime) -> list[PaymentHistoryEntry]:
    """One entry per step, in the order in which they must have happened; `now` is when they became known."""
    return [*_unpaid_entries(before, after, now), *_money_entries(before, after, now)]


def _unpaid_entries(before: Payment, after: Payment, now: datetime) -> Iterator[PaymentHistoryEntry]:
    for decline in after.declines:
        if decline not in before.declines:
            yield _entry(PaymentStep.DECLINED, now, after.order.price, decline.message)
    if after.status is PaymentStatus.CANCELED is not before.status:
        yield _entry(PaymentStep.CANCELED, now)


def _money_entries(before: Payment, after: Payment, now: datetime) -> Iterator[PaymentHistoryEntry]:
    old, new = before.money, after.money
    refund_reason = after.refund.reason.value if after.refund is not None else None
    for step, amount, reason in (
        (PaymentStep.PAID, new.captured - old.captured, None),
        (PaymentStep.REFUNDED, new.refund_requested - old.refund_requested, refund_reason),
        (PaymentStep.REFUND_FAILED, new.refund_failed - old.refund_failed, None),
        (PaymentStep.DISPUTED, new.dispute_opened - old.dispute_opened, None),
        (PaymentStep.DISPUTE_CLOSED, new.dispute_won - old.dispute_won, DISPUTE_WON),
        (PaymentStep.DISPUTE_CLOSED, new.dispute_lost - old.dispute_lost, DISPUTE_LOST),
    ):
        if amount:
            yield _entry(step, now, amount, reason)


def _entry(
    step: PaymentStep, now: datetime, amount: int | None = None, reason: str | None = None
) -> PaymentHistoryEntry:
    return PaymentHistoryEntry(step=step, at=now, amount=amount, reason=reason)
