"""What tickets hears: the orders that take and free its tickets."""

from typing import TypeVar

from ticketing_common.events import OrderCancelled, OrderCompleted, OrderCreated, OrderState
from ticketing_common.messaging import Listener
from ticketing_tickets import use_cases
from ticketing_tickets.use_cases import Tickets

OrderEventT = TypeVar("OrderEventT", bound=OrderState)


class OrderListener(Listener[OrderEventT]):
    """Each event carries the whole order, so all three are heard alike: what counts is the order's status.

    An order for a ticket that is not here fails: it comes back for a while, and is then parked for a person.
    """

    def __init__(self, tickets: Tickets) -> None:
        self._tickets = tickets

    async def handle(self, event: OrderEventT) -> None:
        await use_cases.apply_order(self._tickets, event)


class OrderCreatedListener(OrderListener[OrderCreated]):
    """Reserve the ticket."""

    event = OrderCreated
    durable = "tickets-order-created"


class OrderCancelledListener(OrderListener[OrderCancelled]):
    """Free the ticket."""

    event = OrderCancelled
    durable = "tickets-order-cancelled"


class OrderCompletedListener(OrderListener[OrderCompleted]):
    """Keep the ticket as sold; also when an expired order is paid late and gets it back."""

    event = OrderCompleted
    durable = "tickets-order-completed"
