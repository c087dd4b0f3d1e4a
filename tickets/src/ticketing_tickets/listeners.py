"""The events that tickets consumes: orders reserve and release tickets."""

from typing import TypeVar

from ticketing_common.events import OrderCancelled, OrderCompleted, OrderCreated, OrderState
from ticketing_common.messaging import Listener
from ticketing_tickets import use_cases
from ticketing_tickets.ports import TicketStore

OrderEventT = TypeVar("OrderEventT", bound=OrderState)


class OrderListener(Listener[OrderEventT]):
    """Each event carries the whole order, so all three are handled the same way: the order's status decides.

    An order for an unknown ticket fails: it is retried, then dead-lettered.
    """

    def __init__(self, store: TicketStore) -> None:
        self._store = store

    async def handle(self, event: OrderEventT) -> None:
        await use_cases.apply_order(self._store, event)


class OrderCreatedListener(OrderListener[OrderCreated]):
    """Reserve the ticket."""

    event = OrderCreated
    durable = "tickets-order-created"


class OrderCancelledListener(OrderListener[OrderCancelled]):
    """Release the ticket."""

    event = OrderCancelled
    durable = "tickets-order-cancelled"


class OrderCompletedListener(OrderListener[OrderCompleted]):
    """Mark the ticket as sold; also when an expired order is paid late and reinstated."""

    event = OrderCompleted
    durable = "tickets-order-completed"
