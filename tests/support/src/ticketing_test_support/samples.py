"""Events as their owners would say them, for the tests of those who hear them."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from ticketing_common.events import HeldTicket, OrderCancelled, OrderCompleted, OrderCreated, OrderState, OrderStatus
from ticketing_common.mongo import new_id

OrderEventT = TypeVar("OrderEventT", bound=OrderState)

_STATUS: dict[type[OrderState], OrderStatus] = {
    OrderCreated: OrderStatus.CREATED,
    OrderCancelled: OrderStatus.CANCELLED,
    OrderCompleted: OrderStatus.COMPLETE,
}


def order_event(kind: type[OrderEventT], *, ticket_id: str | None = None, **facts: Any) -> OrderEventT:
    """An event of `kind` about some order, with the status that it tells of; `facts` are its fields."""
    ticket = HeldTicket(id=ticket_id or new_id(), title="Front row", price=1250)
    some = {
        "id": new_id(),
        "version": 0,
        "hold": 1,
        "status": _STATUS[kind],
        "user_id": new_id(),
        "expires_at": datetime.now(UTC) + timedelta(minutes=15),
        "ticket": ticket,
    }
    return kind.model_validate({**some, **facts})
