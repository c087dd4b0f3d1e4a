"""An order and its payment for the buyer: one state, one text, and whether it is final."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto

from ticketing_common.currency import Currency
from ticketing_common.events import CancelReason, OrderStatus, PaymentStatus
from ticketing_orders.domain import Order


class SummaryState(StrEnum):
    """The state of an order and its payment for the buyer."""

    AWAITING_PAYMENT = "awaiting_payment"
    ACTION_REQUIRED = "action_required"
    PROCESSING = "processing"
    DECLINED = "declined"
    PAYMENT_CANCELLED = "payment_cancelled"
    CONFIRMING = "confirming"
    PAID = "paid"
    EXPIRED = "expired"
    RELEASED = "released"
    REFUND_PENDING = "refund_pending"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute_lost"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Summary:
    """`final`: no further change is expected, so clients need not poll."""

    state: SummaryState
    text: str
    final: bool = False


class Phase(Enum):
    """The order's side of the table: its status, its reason, and whether its payment has to be refunded."""

    OPEN = auto()
    COMPLETE = auto()
    EXPIRED = auto()
    RELEASED = auto()
    REFUND_DUE = auto()


def summary_of(order: Order, currency: Currency) -> Summary:
    """The summary, with amounts in its text. A payment status of a newer release counts as unknown."""
    payment = order.payment
    try:
        status = PaymentStatus(payment.status) if payment else PaymentStatus.NONE
    except ValueError:
        return _UNKNOWN
    summary = SUMMARIES[_phase(order)][status]
    if payment is None:
        return summary
    refunded, disputed = currency.format_price(payment.refunded), currency.format_price(payment.disputed)
    return replace(summary, text=summary.text.format(refunded=refunded, disputed=disputed))


def _phase(order: Order) -> Phase:
    if order.status is OrderStatus.COMPLETE:
        return Phase.COMPLETE
    if order.payment is not None and order.settled.get(order.payment.id) is not None:
        return Phase.REFUND_DUE
    if order.status is not OrderStatus.CANCELLED:
        return Phase.OPEN
    return Phase.RELEASED if order.reason is CancelReason.BUYER else Phase.EXPIRED


_AWAITING = Summary(
    SummaryState.AWAITING_PAYMENT, "Reserved for you. Pay before the time runs out, or the ticket goes back on sale."
)
_ACTION = Summary(SummaryState.ACTION_REQUIRED, "Your bank asks you to confirm the payment.")
_PROCESSING = Summary(SummaryState.PROCESSING, "Your bank is processing the payment.")
_DECLINED = Summary(SummaryState.DECLINED, "Your card was declined. Nothing was charged. Try another card.")
_PAYMENT_CANCELLED = Summary(SummaryState.PAYMENT_CANCELLED, "The payment was cancelled. Nothing was charged.")
_CONFIRMING = Summary(SummaryState.CONFIRMING, "We have received your payment and are confirming your order.")
_UNKNOWN = Summary(SummaryState.UNKNOWN, "The payment result is not known yet.")
_PAID = Summary(SummaryState.PAID, "Paid. The ticket is yours.", final=True)
_EXPIRED = Summary(SummaryState.EXPIRED, "The time to pay has run out. No payment has been received.")
_RELEASED = Summary(SummaryState.RELEASED, "You released this ticket. No payment has been received.")
_PARTIALLY_REFUNDED = Summary(
    SummaryState.PARTIALLY_REFUNDED, "Paid. {refunded} was refunded. The ticket is yours.", final=True
)
_REFUND_PENDING = Summary(SummaryState.REFUND_PENDING, "Your payment will be refunded.")
_REST_PENDING = Summary(SummaryState.REFUND_PENDING, "{refunded} was refunded. The rest of your payment will follow.")
_REFUNDED = Summary(SummaryState.REFUNDED, "Your payment was refunded in full.", final=True)
_REFUND_FAILED = Summary(
    SummaryState.REFUND_FAILED, "Your bank returned the refund. We are looking into it.", final=True
)
_DISPUTED = Summary(SummaryState.DISPUTED, "You disputed the payment of {disputed}.")
_DISPUTE_LOST = Summary(
    SummaryState.DISPUTE_LOST, "The dispute was decided in your favour; your bank returned the money.", final=True
)

_NOT_CHARGED = (PaymentStatus.NONE, PaymentStatus.OPEN, PaymentStatus.REQUIRES_ACTION, PaymentStatus.FAILED)
_NEVER_SUCCEEDED = (*_NOT_CHARGED, PaymentStatus.PROCESSING, PaymentStatus.CANCELED)
_RETURNED = {
    PaymentStatus.REFUNDED: _REFUNDED,
    PaymentStatus.REFUND_FAILED: _REFUND_FAILED,
    PaymentStatus.DISPUTED: _DISPUTED,
    PaymentStatus.DISPUTE_LOST: _DISPUTE_LOST,
}
# A charge that is not settled yet: the order may still be completed.
_UNSETTLED = {
    PaymentStatus.PROCESSING: _UNKNOWN,
    PaymentStatus.SUCCEEDED: _UNKNOWN,
    PaymentStatus.PARTIALLY_REFUNDED: _UNKNOWN,
    **{status: replace(summary, final=False) for status, summary in _RETURNED.items()},
}

SUMMARIES: Mapping[Phase, Mapping[PaymentStatus, Summary]] = {
    Phase.OPEN: {
        **_UNSETTLED,
        PaymentStatus.NONE: _AWAITING,
        PaymentStatus.OPEN: _AWAITING,
        PaymentStatus.REQUIRES_ACTION: _ACTION,
        PaymentStatus.PROCESSING: _PROCESSING,
        PaymentStatus.FAILED: _DECLINED,
        PaymentStatus.CANCELED: _PAYMENT_CANCELLED,
        PaymentStatus.SUCCEEDED: _CONFIRMING,
    },
    Phase.COMPLETE: {
        **dict.fromkeys(_NEVER_SUCCEEDED, _PAID),
        **_RETURNED,
        PaymentStatus.SUCCEEDED: _PAID,
        PaymentStatus.PARTIALLY_REFUNDED: _PARTIALLY_REFUNDED,
        PaymentStatus.REFUNDED: replace(_REFUNDED, text="Your payment was refunded in full. The ticket is yours."),
    },
    # The intent of a cancelled order is canceled too; only then is it certain that no payment will arrive.
    Phase.EXPIRED: {
        **_UNSETTLED,
        **dict.fromkeys(_NOT_CHARGED, _EXPIRED),
        PaymentStatus.CANCELED: replace(_EXPIRED, final=True),
    },
    Phase.RELEASED: {
        **_UNSETTLED,
        **dict.fromkeys(_NOT_CHARGED, _RELEASED),
        PaymentStatus.CANCELED: replace(_RELEASED, final=True),
    },
    Phase.REFUND_DUE: {
        **dict.fromkeys(_NEVER_SUCCEEDED, _REFUND_PENDING),
        **_RETURNED,
        PaymentStatus.SUCCEEDED: _REFUND_PENDING,
        PaymentStatus.PARTIALLY_REFUNDED: _REST_PENDING,
    },
}
