"""The events that payments consumes: the state of orders, and the command to refund."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from ticketing_common.events import (
    Event,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderRefundDue,
    OrderState,
    Received,
    newest,
)
from ticketing_common.messaging import BatchListener, Listener
from ticketing_common.mongo import new_id
from ticketing_payments.domain.payment import Order, Payment
from ticketing_payments.ports import PaymentDeps
from ticketing_payments.use_cases.orders import (
    cancel_if_order_cancelled,
    needs_cancellation,
    record_order,
    record_orders,
)
from ticketing_payments.use_cases.refund import refund

EventT = TypeVar("EventT", bound=Event)
OrderEventT = TypeVar("OrderEventT", bound=OrderState)


class PaymentListener(Listener[EventT]):
    """A listener that acts on an order's payment."""

    def __init__(self, deps: PaymentDeps) -> None:
        self._deps = deps


class OrderListener(PaymentListener[OrderEventT], BatchListener[OrderEventT]):
    """Each event carries the whole order, so all are recorded the same way."""

    async def handle(self, event: OrderEventT) -> None:
        await self._record(event)

    async def handle_batch(self, batch: Sequence[Received[OrderEventT]]) -> Collection[Received[OrderEventT]]:
        events = newest(batch, key=lambda event: event.id, version=lambda event: event.version)
        orders = {order_id: _order(received.event) for order_id, received in events.items()}
        traces = {order_id: received.trace for order_id, received in events.items()}
        payments = await record_orders(self._deps, orders, traces=traces, new_payment_id=new_id)
        done = {payment.order_id for payment in payments if not needs_cancellation(payment)}
        return [received for received in batch if received.event.id not in done]

    async def _record(self, event: OrderEventT) -> Payment:
        return await record_order(self._deps, order_id=event.id, payment_id=new_id(), order=_order(event))


class OrderCreatedListener(OrderListener[OrderCreated]):
    """Record the order's price and expiry."""

    event = OrderCreated
    durable = "payments-order-created"


class OrderCancelledListener(OrderListener[OrderCancelled]):
    """Cancel the intent, so that a cancelled order is not charged."""

    event = OrderCancelled
    durable = "payments-order-cancelled"

    async def handle(self, event: OrderCancelled) -> None:
        await cancel_if_order_cancelled(self._deps, await self._record(event))


class OrderCompletedListener(OrderListener[OrderCompleted]):
    """Record that the order is paid."""

    event = OrderCompleted
    durable = "payments-order-completed"


class OrderRefundDueListener(PaymentListener[OrderRefundDue]):
    """Refund a payment that bought nothing."""

    event = OrderRefundDue
    durable = "payments-order-refund-due"

    async def handle(self, event: OrderRefundDue) -> None:
        await refund(
            self._deps, order_id=event.id, payment_id=event.payment_id, refund_id=new_id(), reason=event.reason
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
