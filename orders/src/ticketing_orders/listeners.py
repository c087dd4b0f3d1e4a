"""What orders hears."""

from datetime import UTC, datetime

from ticketing_common.events import (
    ExpirationComplete,
    PaymentCreated,
    PaymentFailed,
    PaymentRefunded,
    PaymentState,
    TicketCreated,
    TicketState,
    TicketUpdated,
)
from ticketing_common.messaging import ComeBackLater, Listener
from ticketing_orders import use_cases
from ticketing_orders.domain import NotExpiredYet, Payment, Ticket
from ticketing_orders.judge import judge_payment
from ticketing_orders.ports import Orders


class TicketCreatedListener(Listener[TicketCreated]):
    """Know of a new ticket."""

    event = TicketCreated
    durable = "orders-ticket-created"

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def handle(self, event: TicketCreated) -> None:
        await use_cases.remember_ticket(self._orders, _ticket(event))


class TicketUpdatedListener(Listener[TicketUpdated]):
    """Know of a ticket's new title or price, for orders to come."""

    event = TicketUpdated
    durable = "orders-ticket-updated"

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def handle(self, event: TicketUpdated) -> None:
        await use_cases.remember_ticket(self._orders, _ticket(event))


class ExpirationCompleteListener(Listener[ExpirationComplete]):
    """Free the ticket when the hold has run out, by our own clock."""

    event = ExpirationComplete
    durable = "orders-expiration-complete"

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def handle(self, event: ExpirationComplete) -> None:
        try:
            await use_cases.expire_order(self._orders, order_id=event.order_id, now=datetime.now(UTC))
        except NotExpiredYet as early:
            raise ComeBackLater(early.seconds) from early


class PaymentCreatedListener(Listener[PaymentCreated]):
    """Judge captured money."""

    event = PaymentCreated
    durable = "orders-payment-created"

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def handle(self, event: PaymentCreated) -> None:
        now = datetime.now(UTC)
        await judge_payment(self._orders, order_id=event.order_id, payment=_payment(event), now=now)


class PaymentFailedListener(Listener[PaymentFailed]):
    """Show that a card was declined."""

    event = PaymentFailed
    durable = "orders-payment-failed"

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def handle(self, event: PaymentFailed) -> None:
        await use_cases.show_payment(self._orders, order_id=event.order_id, payment=_payment(event))


class PaymentRefundedListener(Listener[PaymentRefunded]):
    """Show that money went back."""

    event = PaymentRefunded
    durable = "orders-payment-refunded"

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def handle(self, event: PaymentRefunded) -> None:
        await use_cases.show_payment(self._orders, order_id=event.order_id, payment=_payment(event))


def _ticket(event: TicketState) -> Ticket:
    return Ticket(id=event.id, version=event.version, title=event.title, price=event.price)


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
