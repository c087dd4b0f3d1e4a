"""The market: the real use cases, listeners and stores of four services, wired as their apps wire them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from pymongo import IndexModel
from tests.model.bank import Bank, Postman
from tests.model.network import Network

import ticketing_expiration.listeners
import ticketing_orders.listeners
import ticketing_payments.listeners
import ticketing_tickets.listeners
from ticketing_common.events import TicketState
from ticketing_common.messaging import Listener
from ticketing_common.mongo import Database, Documents
from ticketing_expiration.domain import FiredBy
from ticketing_expiration.store import INDEXES as EXPIRATION
from ticketing_expiration.store import MongoExpiryStore
from ticketing_expiration.use_cases import fire_due
from ticketing_ops.audit.snapshot import Snapshot
from ticketing_orders.store import INDEXES as ORDERS
from ticketing_orders.store import MongoOrderStore
from ticketing_payments.ports import PaymentDeps
from ticketing_payments.store import INDEXES as PAYMENTS
from ticketing_payments.store import MongoPaymentStore
from ticketing_payments.use_cases.reconcile import reconcile_due
from ticketing_payments.use_cases.webhooks import handle_webhook
from ticketing_test_support.memory import InMemoryDatabase, WriteFaults
from ticketing_tickets.store import INDEXES as TICKETS
from ticketing_tickets.store import MongoTicketStore
from ticketing_tickets.use_cases import create_ticket

OPENING = datetime(2030, 5, 1, 12, tzinfo=UTC)
HOLD_FOR = timedelta(minutes=15)
ANY_TIME = datetime(9999, 1, 1, tzinfo=UTC)
Indexes = Mapping[str, Sequence[IndexModel]]


class Clock:
    """A clock that stands until it is moved; `ahead` makes one that goes wrong by so many seconds."""

    def __init__(self) -> None:
        self._now = OPENING

    def __call__(self) -> datetime:
        return self._now

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)


class TimersThatMayFail:
    """Expiration's timers. The model fires when it likes, so there is nothing to set."""

    def set(self, _due_second: int) -> None:
        """Nothing is promised."""


class Market:
    """Tickets, orders, payments and expiration with a database each, a bank account, and the network between them.

    A defect is a subclass with another part. `expiration_ahead` is by how many seconds expiration's clock is fast.
    """

    order_indexes: ClassVar[Indexes] = ORDERS

    def __init__(self, *, expiration_ahead: float = 0) -> None:
        self.clock, self.bank, self.trouble = Clock(), Bank(), WriteFaults()
        self._ahead = timedelta(seconds=expiration_ahead)
        indexes = {"tickets": TICKETS, "orders": self.order_indexes, "payments": PAYMENTS, "expiration": EXPIRATION}
        self._databases = {name: InMemoryDatabase(of, self.trouble) for name, of in indexes.items()}
        self.tickets = self.make_tickets(self._database("tickets"))
        self.orders = self.make_orders(self._database("orders"))
        self.payments = self.make_payments(self._database("payments"))
        self.expiries = MongoExpiryStore(self._database("expiration"))
        self.deps = PaymentDeps(store=self.payments, gateway=self.bank, currency="usd", now=self.clock)
        self.network = Network(self._listeners())

    def make_tickets(self, database: Database) -> MongoTicketStore:
        """The store of tickets."""
        return MongoTicketStore(database)

    def make_orders(self, database: Database) -> MongoOrderStore:
        """The store of orders."""
        return MongoOrderStore(database)

    def make_payments(self, database: Database) -> MongoPaymentStore:
        """The store of payments."""
        return MongoPaymentStore(database)

    def make_judge(self) -> Listener[Any]:
        """Who hears of captured money in orders."""
        return ticketing_orders.listeners.PaymentCreatedListener(self.orders, now=self.clock)

    def make_expirer(self) -> Listener[Any]:
        """Who hears in orders that time is up."""
        return ticketing_orders.listeners.ExpirationCompleteListener(self.orders, now=self.clock)

    def expiration_now(self) -> datetime:
        """The time by expiration's own clock."""
        return self.clock() + self._ahead

    async def relay(self, *, pulls: bool = True) -> int:
        """Publish what waits in the outboxes; dead before it `pulls`, it will be published again. How many events."""
        said = 0
        for outbox in self.outboxes:
            for waiting in await outbox.pending(before=ANY_TIME, limit=256):
                self.network.publish(waiting.envelopes)
                said += len(waiting.envelopes)
                if pulls:
                    await outbox.remove_published(
                        [(waiting.document_id, [envelope.id for envelope in waiting.envelopes])]
                    )
        return said

    async def handle_webhook(self, intent_id: str) -> None:
        """Stripe tells of an intent."""
        await handle_webhook(self.deps, Postman(), body=intent_id.encode(), signature=None)

    async def hear_webhooks(self) -> int:
        """All webhooks under way arrive; how many. An intent's are one: each tells only that there is news."""
        intents, self.bank.changed = list(dict.fromkeys(self.bank.changed)), []
        for intent_id in intents:
            await self.handle_webhook(intent_id)
        return len(intents)

    async def reconcile(self) -> int:
        """Ask Stripe about the payments that are due for a check."""
        return await reconcile_due(self.deps, self.clock())

    async def fire(self) -> int:
        """Expiration fires what is due by its clock."""
        return await fire_due(self.expiries, now=self.expiration_now(), by=FiredBy.SWEEP)

    async def create_ticket(self, event: TicketState) -> None:
        """Put the ticket on sale that the event tells of."""
        await create_ticket(
            self.tickets,
            ticket_id=event.id,
            seller_id=event.user_id,
            title=event.title,
            price=event.price,
            now=self.clock(),
        )

    @property
    def outboxes(self) -> list[Documents]:
        """Where events wait to be published."""
        return [self.tickets.documents, self.orders.documents, self.payments.documents, self.expiries.documents]

    async def books(self) -> Snapshot:
        """All that is stored, as an audit reads it."""
        tickets, orders = await self._all("tickets", "tickets"), await self._all("orders", "orders")
        people = {document["user_id"] for document in (*tickets, *orders)}
        return Snapshot(
            at=self.clock(),
            users=[{"_id": person, "email_key": person} for person in people],
            tickets=tickets,
            orders=orders,
            known_tickets=await self._all("orders", "tickets"),
            payments=await self._all("payments", "payments"),
            expiries=await self._all("expiration", "expiries"),
            ledger=self.bank.ledger(),
        )

    async def _all(self, service: str, collection: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self._database(service).collection(collection).find({}).to_list(None)
        return found

    def _database(self, service: str) -> Database:
        return self._databases[service]

    def _listeners(self) -> list[Listener[Any]]:
        tickets, orders, payments = (
            ticketing_tickets.listeners,
            ticketing_orders.listeners,
            ticketing_payments.listeners,
        )
        return [
            tickets.OrderCreatedListener(self.tickets),
            tickets.OrderCancelledListener(self.tickets),
            tickets.OrderCompletedListener(self.tickets),
            orders.TicketCreatedListener(self.orders),
            orders.TicketUpdatedListener(self.orders),
            self.make_expirer(),
            self.make_judge(),
            orders.PaymentFailedListener(self.orders),
            orders.PaymentRefundedListener(self.orders),
            payments.OrderCreatedListener(self.deps),
            payments.OrderCancelledListener(self.deps),
            payments.OrderCompletedListener(self.deps),
            payments.OrderRefundDueListener(self.deps),
            ticketing_expiration.listeners.OrderCreatedListener(
                self.expiries, TimersThatMayFail(), now=self.expiration_now
            ),
        ]
