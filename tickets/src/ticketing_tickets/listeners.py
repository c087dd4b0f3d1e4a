"""The events that tickets consumes: orders reserve and release tickets."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from ticketing_common.events import OrderCancelled, OrderCompleted, OrderCreated, OrderState, Received, newest
from ticketing_common.messaging import BatchListener
from ticketing_tickets import use_cases
from ticketing_tickets.ports import TicketStore

OrderEventT = TypeVar("OrderEventT", bound=OrderState)


class OrderListener(BatchListener[OrderEventT]):
    """Each event carries the whole order, so all three are handled the same way: the order's status decides.

    An order for an unknown ticket fails: it is retried, then dead-lettered.
    """

    def __init__(self, store: TicketStore) -> None:
        self._store = store

    async def handle(self, event: OrderEventT) -> None:
        await use_cases.apply_order(self._store, event)

    async def handle_batch(self, batch: Sequence[Received[OrderEventT]]) -> Collection[Received[OrderEventT]]:
        orders = newest(batch, key=lambda event: event.ticket.id, version=lambda event: (event.hold, event.version))
        unknown = await use_cases.apply_orders(self._store, orders)
        return [received for received in batch if received.event.ticket.id in unknown]


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
