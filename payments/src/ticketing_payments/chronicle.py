"""What happened between two states of a payment, for its history."""

from collections.abc import Iterator
from datetime import datetime

from ticketing_common.events import PaymentHistoryEntry, PaymentStep
from ticketing_payments.payment import Payment, PaymentStatus

WON, LOST = "The bank decided for the seller", "The bank decided for you and keeps the money back"

Step = tuple[PaymentStep, int | None, str | None]


def happenings(before: Payment, after: Payment, now: datetime) -> list[PaymentHistoryEntry]:
    """Each step in the order in which it must have happened; `now` is when it came to be known."""
    steps = [*_unpaid_steps(before, after), *_money_steps(before, after)]
    return [PaymentHistoryEntry(step=step, at=now, amount=amount, reason=reason) for step, amount, reason in steps]


def _unpaid_steps(before: Payment, after: Payment) -> Iterator[Step]:
    for decline in after.declines:
        if decline not in before.declines:
            yield PaymentStep.DECLINED, after.order.price, decline.message
    if after.status is PaymentStatus.CANCELED is not before.status:
        yield PaymentStep.CALLED_OFF, None, None


def _money_steps(before: Payment, after: Payment) -> Iterator[Step]:
    why = after.refund.reason.value if after.refund is not None else None
    for number, step, reason in (
        ("captured", PaymentStep.PAID, None),
        ("given_back", PaymentStep.REFUNDED, why),
        ("bounced", PaymentStep.REFUND_FAILED, None),
        ("disputed", PaymentStep.DISPUTED, None),
        ("won", PaymentStep.DISPUTE_CLOSED, WON),
        ("lost", PaymentStep.DISPUTE_CLOSED, LOST),
    ):
        moved = getattr(after.money, number) - getattr(before.money, number)
        if moved:
            yield step, moved, reason
