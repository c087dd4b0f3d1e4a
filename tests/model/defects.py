"""Markets with one rule of the design left out each: what the model must find, or it proves nothing."""

from dataclasses import replace
from typing import Any, ClassVar

from tests.model.market import ANY_TIME, Indexes, Market

from ticketing_common.events import CancelReason, Event, ExpirationComplete, OrderCompleted, PaymentCreated
from ticketing_common.messaging import Listener
from ticketing_common.mongo import Database, Documents
from ticketing_orders import domain, use_cases
from ticketing_orders.domain import Order, Ticket
from ticketing_orders.events import event_for
from ticketing_orders.listeners import ExpirationCompleteListener, PaymentCreatedListener
from ticketing_orders.store import INDEXES, ONE_LIVE_ORDER, MongoOrderStore
from ticketing_payments.domain.payment import Payment
from ticketing_payments.store import MongoPaymentStore
from ticketing_tickets.domain import NEVER_HELD
from ticketing_tickets.domain import Ticket as ListedTicket
from ticketing_tickets.store import MongoTicketStore


class TicketsWithoutFence(Market):
    """Tickets applies every order event that it hears, also one of an order that is long over."""

    def make_tickets(self, database: Database) -> MongoTicketStore:
        class Fenceless(MongoTicketStore):
            async def save(self, before: ListedTicket, after: ListedTicket, event: Any) -> bool:
                return await super().save(before, replace(after, fence=NEVER_HELD), event)

        return Fenceless(database)


class OrdersThatBelieveOldTickets(Market):
    """Orders takes over each ticket.updated, whatever its version."""

    def make_orders(self, database: Database) -> MongoOrderStore:
        class Gullible(MongoOrderStore):
            async def save_ticket(self, ticket: Ticket) -> None:
                told = {"version": ticket.version, "title": ticket.title, "price": ticket.price}
                if not await Documents(database.collection("tickets")).compare_and_set({"_id": ticket.id}, told):
                    await super().save_ticket(ticket)

        return Gullible(database)


class JudgeThatSellsTwice(Market):
    """A late payment reinstates its order although the ticket has gone to somebody else; no index forbids it."""

    order_indexes: ClassVar[Indexes] = {
        "orders": [index for index in INDEXES["orders"] if index.document["name"] != ONE_LIVE_ORDER]
    }

    def make_judge(self) -> Listener[Any]:
        class Generous(PaymentCreatedListener):
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

        return Generous(self.orders, now=self.clock)


class JudgeWithoutMemory(Market):
    """Orders does not keep its verdicts, so that a payment heard of again is judged again."""

    def make_orders(self, database: Database) -> MongoOrderStore:
        class Forgetful(MongoOrderStore):
            async def save(self, order: Order, *, expected_version: int, event: Event | None = None) -> bool:
                return await super().save(replace(order, settled={}), expected_version=expected_version, event=event)

        return Forgetful(database)


class PaymentsThatForgetRefunds(Market):
    """Payments refunds without writing it down first: a retry asks under another id."""

    def make_payments(self, database: Database) -> MongoPaymentStore:
        class Forgetful(MongoPaymentStore):
            async def save(self, payment: Payment, *, expected_version: int, event: Event | None = None) -> bool:
                return await super().save(replace(payment, refund=None), expected_version=expected_version, event=event)

        return Forgetful(database)


class OrdersThatExpireOnCommand(Market):
    """Orders believes expiration's clock and does not look at its own."""

    def make_expirer(self) -> Listener[Any]:
        class Obedient(ExpirationCompleteListener):
            async def handle(self, event: ExpirationComplete) -> None:
                order = await self._store.find(event.order_id)
                if order is not None:
                    await use_cases.expire_order(self._store, order_id=order.id, now=order.expires_at)

        return Obedient(self.orders, now=self.clock)


class RelayThatPullsFirst(Market):
    """The outbox is emptied before its events are published: a crash in between loses them."""

    async def relay(self, *, pulls: bool = True) -> int:
        said = 0
        for outbox in self.outboxes:
            for waiting in await outbox.pending(before=ANY_TIME, limit=256):
                await outbox.remove_published([(waiting.document_id, [envelope.id for envelope in waiting.envelopes])])
                if pulls:
                    self.network.publish(waiting.envelopes)
                    said += len(waiting.envelopes)
        return said
