"""What payments hears: the whole state of orders, and the command to refund."""

from typing import TypeVar

from ticketing_common.events import Event, OrderCancelled, OrderCompleted, OrderCreated, OrderRefundDue, OrderState
from ticketing_common.messaging import Listener
from ticketing_common.mongo import new_id
from ticketing_payments import use_cases
from ticketing_payments.payment import Order, Payment
from ticketing_payments.use_cases import Till

EventT = TypeVar("EventT", bound=Event)
OrderEventT = TypeVar("OrderEventT", bound=OrderState)


class TillListener(Listener[EventT]):
    """A listener that acts on an order's payment."""

    def __init__(self, till: Till) -> None:
        self._till = till


class OrderListener(TillListener[OrderEventT]):
    """Each event carries the whole order, so they are heard alike."""

    async def handle(self, event: OrderEventT) -> None:
        await self._know(event)

    async def _know(self, event: OrderEventT) -> Payment:
        return await use_cases.hear_of_order(self._till, order_id=event.id, payment_id=new_id(), order=_order(event))


class OrderCreatedListener(OrderListener[OrderCreated]):
    """Know what an order costs and until when it may be paid."""

    event = OrderCreated
    durable = "payments-order-created"


class OrderCancelledListener(OrderListener[OrderCancelled]):
    """Call the intent off, so that a cancelled order takes no money."""

    event = OrderCancelled
    durable = "payments-order-cancelled"

    async def handle(self, event: OrderCancelled) -> None:
        payment = await self._know(event)
        await use_cases.call_off(self._till, payment)


class OrderCompletedListener(OrderListener[OrderCompleted]):
    """Know that an order is paid."""

    event = OrderCompleted
    durable = "payments-order-completed"


class OrderRefundDueListener(TillListener[OrderRefundDue]):
    """Give money back that bought nothing."""

    event = OrderRefundDue
    durable = "payments-order-refund-due"

    async def handle(self, event: OrderRefundDue) -> None:
        await use_cases.refund(
            self._till, order_id=event.id, payment_id=event.payment_id, refund_id=new_id(), reason=event.reason
        )


def _order(event: OrderState) -> Order:
    return Order(
        version=event.version,
        status=event.status,
        user_id=event.user_id,
        expires_at=event.expires_at,
        price=event.ticket.price,
        reason=event.reason,
    )
