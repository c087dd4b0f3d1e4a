"""Sample events, for the tests of their consumers."""

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


def order_event(kind: type[OrderEventT], *, ticket_id: str | None = None, **values: Any) -> OrderEventT:
    """An event of `kind` with its status; `values` replace other fields."""
    defaults = {
        "id": new_id(),
        "version": 0,
        "hold": 1,
        "status": _STATUS[kind],
        "user_id": new_id(),
        "expires_at": datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=15),
        "ticket": HeldTicket(id=ticket_id or new_id(), title="Front row", price=1250),
    }
    return kind.model_validate({**defaults, **values})
