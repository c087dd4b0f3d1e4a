"""What a payment does to its order.

A captured payment completes its order, reinstating it if it expired and the ticket is still free; otherwise it is
refunded, with a reason. The decision is stored with the payment, so each payment is settled once.
"""

from dataclasses import replace
from datetime import datetime

from ticketing_common.events import CancelReason, OrderStatus, RefundReason
from ticketing_orders.domain.order import Order, OrderStep, Payment


def settle(order: Order, payment: Payment, *, hold: int | None, now: datetime) -> Order:
    """The order with its decision about a captured payment; the same order when that was settled before.

    `hold` is the one to complete the order with, None when the ticket is no longer available.
    """
    if payment.id in order.settled:
        return order
    reason = _refund_reason(order, payment)
    if reason is not None:
        return request_refund(order, payment, reason, now=now)
    if hold is None:
        return request_refund(order, payment, RefundReason.EXPIRED, now=now)
    return complete(order, payment, hold=hold, now=now)


def complete(order: Order, payment: Payment, *, hold: int, now: datetime) -> Order:
    """The order bought by `payment`: with its own hold, or a new one when it is reinstated."""
    step = OrderStep.COMPLETED if order.status.holds_ticket else OrderStep.REINSTATED
    return replace(
        _with_payment(order, payment),
        version=order.version + 1,
        status=OrderStatus.COMPLETE,
        reason=None,
        hold=hold,
        settled={**order.settled, payment.id: None},
        history=order.history_with(step, now),
    )


def request_refund(order: Order, payment: Payment, reason: RefundReason, *, now: datetime) -> Order:
    """The order with the decision that `payment` is refunded; its status stays."""
    return replace(
        _with_payment(order, payment),
        version=order.version + 1,
        settled={**order.settled, payment.id: reason},
        history=order.history_with(OrderStep.REFUND_DUE, now, reason),
    )


def record_payment(order: Order, payment: Payment) -> Order:
    """The order with a newer state of `payment`; the same order when it has that or a newer one."""
    recorded = _with_payment(order, payment)
    return order if recorded is order else replace(recorded, version=order.version + 1)


def _refund_reason(order: Order, payment: Payment) -> RefundReason | None:
    if payment.captured != order.ticket.price:
        return RefundReason.WRONG_AMOUNT
    if order.status is OrderStatus.COMPLETE:
        return RefundReason.DUPLICATE
    if order.reason is CancelReason.BUYER:
        return RefundReason.BUYER
    return None


def _with_payment(order: Order, payment: Payment) -> Order:
    """Versions are compared per payment: those of two payments are unrelated."""
    known = order.payments.get(payment.id)
    if known is not None and known.version >= payment.version:
        return order
    return replace(order, payments={**order.payments, payment.id: payment})
