"""What orders hears."""

from collections.abc import Callable
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
    TicketCreated,
    TicketState,
    TicketUpdated,
)
from ticketing_common.messaging import Listener, RetryLater
from ticketing_orders import use_cases
from ticketing_orders.domain import NotExpiredYet, Payment, Ticket
from ticketing_orders.judge import judge_payment
from ticketing_orders.ports import Orders

EventT = TypeVar("EventT", bound=Event)
TicketEventT = TypeVar("TicketEventT", bound=TicketState)
PaymentEventT = TypeVar("PaymentEventT", bound=PaymentState)


class OrdersListener(Listener[EventT]):
    """A listener that changes orders, or what they know, by the clock `now`."""

    def __init__(self, orders: Orders, *, now: Callable[[], datetime] = utc_now) -> None:
        self._orders = orders
        self._now = now


class TicketListener(OrdersListener[TicketEventT]):
    """Each event carries the whole ticket, so both are heard alike."""

    async def handle(self, event: TicketEventT) -> None:
        ticket = Ticket(id=event.id, version=event.version, title=event.title, price=event.price)
        await use_cases.remember_ticket(self._orders, ticket)


class PaymentNewsListener(OrdersListener[PaymentEventT]):
    """What only has to be shown: no money was taken that somebody would have to judge."""

    async def handle(self, event: PaymentEventT) -> None:
        await use_cases.show_payment(self._orders, order_id=event.order_id, payment=_payment(event))


class TicketCreatedListener(TicketListener[TicketCreated]):
    """Know of a new ticket."""

    event = TicketCreated
    durable = "orders-ticket-created"


class TicketUpdatedListener(TicketListener[TicketUpdated]):
    """Know of a ticket's new title or price, for orders to come."""

    event = TicketUpdated
    durable = "orders-ticket-updated"


class ExpirationCompleteListener(OrdersListener[ExpirationComplete]):
    """Free the ticket when the hold has run out, by our own clock."""

    event = ExpirationComplete
    durable = "orders-expiration-complete"

    async def handle(self, event: ExpirationComplete) -> None:
        try:
            await use_cases.expire_order(self._orders, order_id=event.order_id, now=self._now())
        except NotExpiredYet as early:
            raise RetryLater(early.seconds) from early


class PaymentCreatedListener(OrdersListener[PaymentCreated]):
    """Judge captured money."""

    event = PaymentCreated
    durable = "orders-payment-created"

    async def handle(self, event: PaymentCreated) -> None:
        await judge_payment(self._orders, order_id=event.order_id, payment=_payment(event), now=self._now())


class PaymentFailedListener(PaymentNewsListener[PaymentFailed]):
    """Show that a card was declined."""

    event = PaymentFailed
    durable = "orders-payment-failed"


class PaymentRefundedListener(PaymentNewsListener[PaymentRefunded]):
    """Show that money went back."""

    event = PaymentRefunded
    durable = "orders-payment-refunded"


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
