"""Orders' state in the words of the contract."""

from typing import TypeVar

from ticketing_common.events import HeldTicket, OrderRefundDue, OrderState, RefundReason
from ticketing_orders.domain import Order

StateT = TypeVar("StateT", bound=OrderState)


def announce(event: type[StateT], order: Order) -> StateT:
    """The whole order as an `event`."""
    return event(
        id=order.id,
        version=order.version,
        hold=order.hold,
        status=order.status,
        user_id=order.user_id,
        expires_at=order.expires_at,
        ticket=_held(order),
        reason=order.reason,
    )


def ask_refund(order: Order, payment_id: str, reason: RefundReason) -> OrderRefundDue:
    """The order that the payment goes back."""
    return OrderRefundDue(
        id=order.id,
        version=order.version,
        hold=order.hold,
        status=order.status,
        user_id=order.user_id,
        expires_at=order.expires_at,
        ticket=_held(order),
        payment_id=payment_id,
        reason=reason,
    )


def _held(order: Order) -> HeldTicket:
    return HeldTicket(id=order.ticket.id, title=order.ticket.title, price=order.ticket.price)
