"""The events that orders consumes."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar

from ticketing_common.clock import utc_now
from ticketing_common.events import (
    Event,
    ExpirationComplete,
    PaymentCreated,
    PaymentFailed,
    PaymentRefunded,
    PaymentState,
    Received,
    TicketCreated,
    TicketState,
    TicketUpdated,
    TicketWithdrawn,
    newest,
)
from ticketing_common.messaging import BatchListener, Listener, RetryLater
from ticketing_orders import use_cases
from ticketing_orders.domain import NotExpiredYet, Payment, Ticket
from ticketing_orders.ports import OrderStore
from ticketing_orders.settlement import settle_payment

EventT = TypeVar("EventT", bound=Event)
TicketEventT = TypeVar("TicketEventT", bound=TicketState)
PaymentEventT = TypeVar("PaymentEventT", bound=PaymentState)


class OrdersListener(Listener[EventT]):
    """A listener with the store and the clock `now`."""

    def __init__(self, store: OrderStore, *, now: Callable[[], datetime] = utc_now) -> None:
        self._store = store
        self._now = now


class TicketListener(OrdersListener[TicketEventT], BatchListener[TicketEventT]):
    """Each event carries the whole ticket, so all three are handled the same way."""

    async def handle(self, event: TicketEventT) -> None:
        await self._store.save_tickets([_ticket(event)])

    async def handle_batch(self, batch: Sequence[Received[TicketEventT]]) -> Collection[Received[TicketEventT]]:
        tickets = newest(batch, key=lambda event: event.id, version=lambda event: event.version)
        await self._store.save_tickets(_ticket(received.event) for received in tickets.values())
        return ()


class PaymentStateListener(OrdersListener[PaymentEventT]):
    """Record a payment's state for the buyer to see: no money was captured that had to be settled."""

    async def handle(self, event: PaymentEventT) -> None:
        await use_cases.record_payment(self._store, order_id=event.order_id, payment=_payment(event))


class TicketCreatedListener(TicketListener[TicketCreated]):
    """Replicate a new ticket."""

    event = TicketCreated
    durable = "orders-ticket-created"


class TicketUpdatedListener(TicketListener[TicketUpdated]):
    """Replicate a ticket's new title or price, for future orders."""

    event = TicketUpdated
    durable = "orders-ticket-updated"


class TicketWithdrawnListener(TicketListener[TicketWithdrawn]):
    """Refuse future orders of the ticket."""

    event = TicketWithdrawn
    durable = "orders-ticket-withdrawn"


class ExpirationCompleteListener(OrdersListener[ExpirationComplete], BatchListener[ExpirationComplete]):
    """Release the ticket when its reservation has expired by our own clock."""

    event = ExpirationComplete
    durable = "orders-expiration-complete"

    async def handle(self, event: ExpirationComplete) -> None:
        try:
            await use_cases.expire_order(self._store, order_id=event.order_id, now=self._now())
        except NotExpiredYet as early:
            raise RetryLater(early.seconds) from early

    async def handle_batch(
        self, batch: Sequence[Received[ExpirationComplete]]
    ) -> Collection[Received[ExpirationComplete]]:
        traces = {received.event.order_id: received.trace for received in batch}
        remaining = await use_cases.expire_orders(self._store, traces, now=self._now())
        return [received for received in batch if received.event.order_id in remaining]


class PaymentCreatedListener(OrdersListener[PaymentCreated]):
    """Settle a captured payment."""

    event = PaymentCreated
    durable = "orders-payment-created"

    async def handle(self, event: PaymentCreated) -> None:
        await settle_payment(self._store, order_id=event.order_id, payment=_payment(event), now=self._now())


class PaymentFailedListener(PaymentStateListener[PaymentFailed]):
    """Record that a card was declined."""

    event = PaymentFailed
    durable = "orders-payment-failed"


class PaymentRefundedListener(PaymentStateListener[PaymentRefunded]):
    """Record a refund or a dispute."""

    event = PaymentRefunded
    durable = "orders-payment-refunded"


def _ticket(event: TicketState) -> Ticket:
    return Ticket(
        id=event.id,
        version=event.version,
        title=event.title,
        price=event.price,
        withdrawn=event.withdrawn,
        seller_id=event.user_id,
    )


def _payment(event: PaymentState) -> Payment:
    return Payment(
        id=event.id,
        version=event.version,
        status=event.status,
        amount=event.amount,
        captured=event.captured,
        refunded=event.refunded,
        disputed=event.disputed,
        history=event.history,
    )
