"""Maps an order to its events."""

from typing import Any, TypeVar

from ticketing_common.events import HeldTicket, OrderRefundDue, OrderState, RefundReason
from ticketing_orders.domain import Order

StateT = TypeVar("StateT", bound=OrderState)


def event_for(event: type[StateT], order: Order) -> StateT:
    """The whole order as an `event`."""
    return event(**_fields(order), reason=order.reason)


def refund_due(order: Order, payment_id: str, reason: RefundReason) -> OrderRefundDue:
    """The command to refund a payment."""
    return OrderRefundDue(**_fields(order), payment_id=payment_id, reason=reason)


def _fields(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "version": order.version,
        "hold": order.hold,
        "status": order.status,
        "user_id": order.user_id,
        "expires_at": order.expires_at,
        "ticket": HeldTicket(id=order.ticket.id, title=order.ticket.title, price=order.ticket.price),
    }
