"""Systems that each break one rule of the design: the tests prove nothing unless they catch every one."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any, ClassVar

from tests.model.network import RETRIED, Delivery, Network
from tests.model.system import ANY_TIME, Indexes, System

from ticketing_common.events import (
    CancelReason,
    Event,
    ExpirationComplete,
    OrderCompleted,
    PaymentCreated,
    Received,
    TicketStep,
    TicketUpdated,
)
from ticketing_common.messaging import Listener
from ticketing_common.mongo import Database, Documents
from ticketing_orders import domain, use_cases
from ticketing_orders.domain import Order, Ticket
from ticketing_orders.events import event_for
from ticketing_orders.listeners import ExpirationCompleteListener, PaymentCreatedListener
from ticketing_orders.store import INDEXES, ONE_LIVE_ORDER, ONE_OPEN_ORDER_PER_SLOT, MongoOrderStore
from ticketing_payments.domain.payment import Payment
from ticketing_payments.store import MongoPaymentStore
from ticketing_tickets.alerts.listeners import TicketFreedListener
from ticketing_tickets.domain import NEVER_HELD
from ticketing_tickets.domain import Ticket as ListedTicket
from ticketing_tickets.ports import TicketChange
from ticketing_tickets.store import MongoTicketStore


class TicketsWithoutFence(System):
    """Tickets applies every order event, also one of an order that ended long ago."""

    def make_tickets(self, database: Database) -> MongoTicketStore:
        class FaultyStore(MongoTicketStore):
            async def save(self, ticket: ListedTicket, *, expected: ListedTicket, event: Any = None) -> bool:
                return await super().save(replace(ticket, fence=NEVER_HELD), expected=expected, event=event)

            async def save_all(self, changes: Sequence[TicketChange]) -> bool:
                return await super().save_all(
                    [replace(change, ticket=replace(change.ticket, fence=NEVER_HELD)) for change in changes]
                )

        return FaultyStore(database)


class OrdersUndoWithdrawals(System):
    """Tickets puts a ticket back on sale when its order ends unpaid, although it was withdrawn meanwhile."""

    def make_tickets(self, database: Database) -> MongoTicketStore:
        class FaultyStore(MongoTicketStore):
            async def save(self, ticket: ListedTicket, *, expected: ListedTicket, event: Any = None) -> bool:
                return await super().save(_on_sale_if_freed(expected, ticket), expected=expected, event=event)

            async def save_all(self, changes: Sequence[TicketChange]) -> bool:
                return await super().save_all(
                    [replace(change, ticket=_on_sale_if_freed(change.expected, change.ticket)) for change in changes]
                )

        return FaultyStore(database)


def _on_sale_if_freed(before: ListedTicket, after: ListedTicket) -> ListedTicket:
    return replace(after, withdrawn=False) if before.order_id and not after.order_id else after


class OrdersIgnoreWithdrawals(System):
    """Orders does not look whether the ticket is withdrawn."""

    def make_orders(self, database: Database) -> MongoOrderStore:
        class FaultyStore(MongoOrderStore):
            async def find_ticket(self, ticket_id: str) -> Ticket | None:
                found = await super().find_ticket(ticket_id)
                return replace(found, withdrawn=False) if found else None

        return FaultyStore(database)


class OrdersApplyOldTickets(System):
    """Orders applies each ticket.updated, whatever its version."""

    def make_orders(self, database: Database) -> MongoOrderStore:
        class FaultyStore(MongoOrderStore):
            async def save_tickets(self, tickets: Iterable[Ticket]) -> None:
                replicas = Documents(database.collection("tickets"))
                for ticket in tickets:
                    fields = {name: value for name, value in asdict(ticket).items() if name != "id"}
                    if not await replicas.compare_and_set({"_id": ticket.id}, fields):
                        await super().save_tickets([ticket])

        return FaultyStore(database)


class SettlementSellsTwice(System):
    """A late payment reinstates its order although the ticket has a new buyer; no index forbids it."""

    order_indexes: ClassVar[Indexes] = {
        "orders": [index for index in INDEXES["orders"] if index.document["name"] != ONE_LIVE_ORDER]
    }

    def make_settlement_listener(self) -> Listener[Any]:
        class FaultyListener(PaymentCreatedListener):
            async def handle(self, event: PaymentCreated) -> None:
                order = await self._store.find(event.order_id)
                if order is None or order.status.holds_ticket or order.reason is not CancelReason.EXPIRED:
                    return await super().handle(event)
                latest = await self._store.latest_of_ticket(order.ticket.id)
                paid = domain.Payment(event.id, event.version, event.status, event.amount, event.captured, 0)
                hold = (latest or order).hold + 1
                sold = domain.complete(order, paid, hold=hold, now=self._now())
                await self._store.save(sold, expected_version=order.version, event=event_for(OrderCompleted, sold))
                return None

        return FaultyListener(self.orders, now=self.clock)


class SettlementNotStored(System):
    """Orders does not store its settlements, so that a payment that is reported again is settled again."""

    def make_orders(self, database: Database) -> MongoOrderStore:
        class FaultyStore(MongoOrderStore):
            async def save(self, order: Order, *, expected_version: int, event: Event | None = None) -> bool:
                return await super().save(replace(order, settled={}), expected_version=expected_version, event=event)

        return FaultyStore(database)


class RefundNotStored(System):
    """Payments refunds without storing the refund first: a retry uses another id."""

    def make_payments(self, database: Database) -> MongoPaymentStore:
        class FaultyStore(MongoPaymentStore):
            async def save(self, payment: Payment, *, expected_version: int, event: Event | None = None) -> bool:
                return await super().save(replace(payment, refund=None), expected_version=expected_version, event=event)

        return FaultyStore(database)


class ReservationsWithoutLimit(System):
    """No index keeps two open orders of a buyer from one slot."""

    order_indexes: ClassVar[Indexes] = {
        "orders": [index for index in INDEXES["orders"] if index.document["name"] != ONE_OPEN_ORDER_PER_SLOT]
    }


class ReservationsRenewed(System):
    """Orders does not look for the buyer's earlier order of a ticket."""

    def make_orders(self, database: Database) -> MongoOrderStore:
        class FaultyStore(MongoOrderStore):
            async def latest_released(self, ticket_id: str, user_id: str) -> Order | None:
                return None

        return FaultyStore(database)


class AlertsTrustEvents(System):
    """Tickets tells users of a ticket that was freed without looking whether it still is."""

    def make_alerts_listener(self) -> Listener[Any]:
        class FaultyListener(TicketFreedListener):
            async def _settle(self, events: Sequence[TicketUpdated]) -> None:
                for freed in [event.id for event in events if event.step is TicketStep.FREED]:
                    alert = await self._deps.alerts.next_waiting(freed)
                    ticket = await self._deps.tickets.find(freed)
                    if alert and ticket and await self._deps.alerts.claim(alert, now=self._now()):
                        await self._deps.notifier.ticket_available(alert, ticket)

        return FaultyListener(self.alerts, now=self.clock)


class OrdersTrustExpirationsClock(System):
    """Orders expires an order without looking at its own clock."""

    def make_expiration_listener(self) -> Listener[Any]:
        class FaultyListener(ExpirationCompleteListener):
            async def handle(self, event: ExpirationComplete) -> None:
                order = await self._store.find(event.order_id)
                if order is not None:
                    await use_cases.expire_order(self._store, order_id=order.id, now=order.expires_at)

            async def handle_batch(
                self, batch: Sequence[Received[ExpirationComplete]]
            ) -> Collection[Received[ExpirationComplete]]:
                return batch

        return FaultyListener(self.orders, now=self.clock)


class RelayRemovesFirst(System):
    """The relay empties the outbox before it publishes: a crash in between loses the events."""

    async def relay(self, *, removes: bool = True) -> int:
        published = 0
        for outbox in self.outboxes:
            for pending in await outbox.pending(before=ANY_TIME, limit=256):
                await outbox.remove_published([(pending.document_id, [item.id for item in pending.envelopes])])
                if removes:
                    self.network.publish(pending.envelopes)
                    published += len(pending.envelopes)
        return published


class ConsumersAcknowledgeFirst(System):
    """Consumers acknowledge a message before they handle it: a failure in between loses it."""

    def make_network(self, listeners: Any) -> Network:
        class FaultyNetwork(Network):
            async def _handle_and_ack(self, delivery: Delivery) -> bool:
                self._acknowledge(delivery)
                with suppress(*RETRIED):
                    await delivery.handle()
                return True

        return FaultyNetwork(listeners)


ALL: list[type[System]] = [
    TicketsWithoutFence,
    OrdersUndoWithdrawals,
    OrdersIgnoreWithdrawals,
    OrdersApplyOldTickets,
    SettlementSellsTwice,
    SettlementNotStored,
    RefundNotStored,
    ReservationsWithoutLimit,
    ReservationsRenewed,
    AlertsTrustEvents,
    OrdersTrustExpirationsClock,
    RelayRemovesFirst,
    ConsumersAcknowledgeFirst,
]
