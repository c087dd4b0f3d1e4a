"""The real use cases, listeners and stores of the services, wired as in their apps, on databases in memory."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from pymongo import IndexModel
from tests.model.bank import Bank, IntentIdWebhooks
from tests.model.network import Network

from ticketing_common.currency import USD
from ticketing_common.idempotency import KeyedRequest, Record, StoredRequest, once, unrecorded
from ticketing_common.messaging import Listener
from ticketing_common.mongo import Database, Documents
from ticketing_expiration import listeners as expiration_listeners
from ticketing_expiration.domain import FiredBy
from ticketing_expiration.store import INDEXES as EXPIRATION
from ticketing_expiration.store import MongoExpiryStore
from ticketing_expiration.use_cases import fire_due
from ticketing_ops.audit.snapshot import Snapshot
from ticketing_orders import listeners as orders_listeners
from ticketing_orders import use_cases as orders
from ticketing_orders.domain import ReservationRules
from ticketing_orders.placement import place_order
from ticketing_orders.store import INDEXES as ORDERS
from ticketing_orders.store import MongoOrderStore
from ticketing_payments import listeners as payments_listeners
from ticketing_payments.domain.requests import LEASE
from ticketing_payments.ports import PaymentDeps
from ticketing_payments.store import INDEXES as PAYMENTS
from ticketing_payments.store import MongoPaymentStore
from ticketing_payments.use_cases.pay import pay
from ticketing_payments.use_cases.pay_once import pay_once
from ticketing_payments.use_cases.reconcile import reconcile_due
from ticketing_payments.use_cases.webhooks import handle_webhook
from ticketing_test_support.memory import InMemoryDatabase, WriteFaults
from ticketing_test_support.payments.scenario import UNLIMITED
from ticketing_tickets import listeners as tickets_listeners
from ticketing_tickets import use_cases as tickets
from ticketing_tickets.alerts import listeners as alerts_listeners
from ticketing_tickets.alerts.domain import Alert
from ticketing_tickets.alerts.ports import AlertDeps
from ticketing_tickets.alerts.store import MongoAlertStore
from ticketing_tickets.alerts.use_cases import request_alert, settle_all, withdraw_alert
from ticketing_tickets.app import INDEXES as TICKETS
from ticketing_tickets.domain import Availability, Ticket
from ticketing_tickets.store import MongoTicketStore

SELLER, BUYER, OTHER_BUYER = "5e" * 12, "b0" * 12, "b1" * 12
START = datetime(2030, 5, 1, 12, tzinfo=UTC)
HOLD_FOR = timedelta(minutes=15)
RULES = ReservationRules(hold_for=HOLD_FOR, max_open=2, cooldown=timedelta(seconds=60))
ANY_TIME = datetime(9999, 1, 1, tzinfo=UTC)
Indexes = Mapping[str, Sequence[IndexModel]]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self._now = START

    def __call__(self) -> datetime:
        return self._now

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)


class NoTimers:
    """Expiration's timers, which only make it punctual: the tests call `fire`."""

    def set(self, _due_second: int) -> None:
        """Nothing is scheduled."""


class CheckingNotifier:
    """Records of which alerts users were told, and what the ticket was at that moment."""

    def __init__(self, tickets: MongoTicketStore) -> None:
        self._tickets = tickets
        self.told: list[tuple[str, Availability]] = []

    async def ticket_available(self, alert: Alert, ticket: Ticket) -> None:
        """Look at the ticket that is stored now."""
        stored = await self._tickets.find(ticket.id)
        assert stored is not None
        self.told.append((alert.id, stored.availability))


class System:
    """Tickets, orders, payments and expiration with a database each, a Stripe account, and the network between them.

    A faulty variant is a subclass with another part. `expiration_ahead`: how many seconds expiration's clock is fast.
    """

    order_indexes: ClassVar[Indexes] = ORDERS

    def __init__(self, *, expiration_ahead: float = 0) -> None:
        self.clock, self.bank, self.write_faults = Clock(), Bank(), WriteFaults()
        self._buyers: dict[str, str] = {}
        self._ahead = timedelta(seconds=expiration_ahead)
        indexes = {"tickets": TICKETS, "orders": self.order_indexes, "payments": PAYMENTS, "expiration": EXPIRATION}
        self._databases = {name: self.make_database(of) for name, of in indexes.items()}
        self.tickets = self.make_tickets(self._databases["tickets"])
        self.orders = self.make_orders(self._databases["orders"])
        self.payments = self.make_payments(self._databases["payments"])
        self.expiries = MongoExpiryStore(self._databases["expiration"])
        self.deps = PaymentDeps(
            store=self.payments, gateway=self.bank, currency="usd", limits=UNLIMITED, now=self.clock
        )
        self.notifier = CheckingNotifier(self.tickets)
        self.alerts = AlertDeps(self.tickets, MongoAlertStore(self._databases["tickets"]), self.notifier)
        self.network = self.make_network(self.make_listeners())

    def make_database(self, indexes: Indexes) -> Database:
        """A service's database."""
        return InMemoryDatabase(indexes, self.write_faults)

    def make_network(self, listeners: Sequence[Listener[Any]]) -> Network:
        """What brings events to the listeners."""
        return Network(listeners)

    def make_tickets(self, database: Database) -> MongoTicketStore:
        """The store of tickets."""
        return MongoTicketStore(database)

    def make_orders(self, database: Database) -> MongoOrderStore:
        """The store of orders."""
        return MongoOrderStore(database)

    def make_payments(self, database: Database) -> MongoPaymentStore:
        """The store of payments."""
        return MongoPaymentStore(database)

    def make_settlement_listener(self) -> Listener[Any]:
        """Settles captured payments in orders."""
        return orders_listeners.PaymentCreatedListener(self.orders, now=self.clock)

    def make_expiration_listener(self) -> Listener[Any]:
        """Expires orders."""
        return orders_listeners.ExpirationCompleteListener(self.orders, now=self.clock)

    def make_alerts_listener(self) -> Listener[Any]:
        """Tells users of available tickets."""
        return alerts_listeners.TicketFreedListener(self.alerts, now=self.clock)

    def expiration_now(self) -> datetime:
        """The time by expiration's own clock."""
        return self.clock() + self._ahead

    async def relay(self, *, removes: bool = True) -> int:
        """Publish what waits in the outboxes; after a crash before it `removes`, it is published again. How many."""
        published = 0
        for outbox in self.outboxes:
            for pending in await outbox.pending(before=ANY_TIME, limit=256):
                self.network.publish(pending.envelopes)
                published += len(pending.envelopes)
                if removes:
                    await outbox.remove_published([(pending.document_id, [item.id for item in pending.envelopes])])
        return published

    async def handle_webhook(self, intent_id: str) -> None:
        """Stripe reports a change of an intent."""
        await handle_webhook(self.deps, IntentIdWebhooks(), body=intent_id.encode(), signature=None)

    async def handle_webhooks(self) -> int:
        """All webhooks under way arrive; how many. Those of one intent count once: each only says that it changed."""
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

    async def create_ticket(self, ticket_id: str, price: int, record: Record[Ticket] = unrecorded) -> Ticket:
        """The seller puts a ticket on sale."""
        return await tickets.create_ticket(
            self.tickets,
            ticket_id=ticket_id,
            seller_id=SELLER,
            title="Opera",
            price=price,
            now=self.clock(),
            record=record,
        )

    async def create_ticket_once(self, ticket_id: str, price: int) -> None:
        """The seller's browser sends a request with a key, which it may repeat."""
        request = KeyedRequest(SELLER, "key", "digest", self.clock())
        await once(
            self.tickets.requests,
            request,
            lambda: self.create_ticket(ticket_id, price, lambda _: StoredRequest("key", "digest", request.at, 201)),
        )

    async def edit_ticket(self, ticket_id: str, price: int) -> None:
        """The seller changes its price."""
        await tickets.edit_ticket(self.tickets, ticket_id=ticket_id, user_id=SELLER, title="Opera", price=price)

    async def withdraw_ticket(self, ticket_id: str) -> None:
        """The seller takes a ticket off sale."""
        await tickets.withdraw_ticket(self.tickets, ticket_id=ticket_id, user_id=SELLER)

    async def request_alert(self, alert_id: str, ticket_id: str, user_id: str = OTHER_BUYER) -> None:
        """A user wants to be told when a ticket is available."""
        email = f"{user_id}@example.com"
        await request_alert(
            self.alerts, alert_id=alert_id, ticket_id=ticket_id, user_id=user_id, email=email, now=self.clock()
        )

    async def withdraw_alert(self, ticket_id: str, user_id: str = OTHER_BUYER) -> None:
        """The user does not want to be told any more."""
        await withdraw_alert(self.alerts, ticket_id=ticket_id, user_id=user_id)

    async def settle_alerts(self) -> None:
        """The sweep of alerts."""
        await settle_all(self.alerts, now=self.clock())

    async def place_order(self, order_id: str, ticket_id: str, buyer_id: str = BUYER) -> None:
        """A buyer reserves a ticket."""
        self._buyers[order_id] = buyer_id
        await place_order(
            self.orders,
            order_id=order_id,
            buyer_id=buyer_id,
            ticket_id=ticket_id,
            seen_price=None,
            currency=USD,
            now=self.clock(),
            rules=RULES,
            broker_available=lambda: True,
        )

    async def cancel_order(self, order_id: str) -> None:
        """The buyer cancels an order."""
        buyer_id = self._buyers[order_id]
        await orders.cancel_order(self.orders, order_id=order_id, user_id=buyer_id, now=self.clock())

    async def pay_once(self, order_id: str, card: str) -> None:
        """The buyer's browser sends a request with a key, which it may repeat after a while."""
        self.clock.move(LEASE.total_seconds())
        request = KeyedRequest(self._buyers[order_id], card, "digest", self.clock())
        await pay_once(
            self.deps,
            request,
            lambda result: StoredRequest(card, "digest", request.at, 201, type(result).__name__),
            order_id=order_id,
            token=card,
            broker_available=lambda: True,
        )

    async def pay(self, order_id: str, card: str) -> None:
        """The buyer pays an order."""
        await pay(
            self.deps,
            order_id=order_id,
            user_id=self._buyers[order_id],
            token=card,
            now=self.clock(),
            broker_available=lambda: True,
        )

    @property
    def outboxes(self) -> list[Documents]:
        """Where events wait to be published."""
        return [self.tickets.documents, self.orders.documents, self.payments.documents, self.expiries.documents]

    async def snapshot(self) -> Snapshot:
        """All that is stored, as the audit reads it."""
        tickets, orders = await self._all("tickets", "tickets"), await self._all("orders", "orders")
        users = {document["user_id"] for document in (*tickets, *orders)}
        return Snapshot(
            at=self.clock(),
            users=[{"_id": user, "email_key": user} for user in users],
            tickets=tickets,
            alerts=await self._all("tickets", "alerts"),
            orders=orders,
            known_tickets=await self._all("orders", "tickets"),
            payments=await self._all("payments", "payments"),
            expiries=await self._all("expiration", "expiries"),
            ledger=self.bank.ledger(),
        )

    async def _all(self, service: str, collection: str) -> list[dict[str, Any]]:
        return await self._databases[service].collection(collection).find({}).to_list(None)

    def make_listeners(self) -> list[Listener[Any]]:
        """All that consume events."""
        return [
            tickets_listeners.OrderCreatedListener(self.tickets),
            tickets_listeners.OrderCancelledListener(self.tickets),
            tickets_listeners.OrderCompletedListener(self.tickets),
            self.make_alerts_listener(),
            alerts_listeners.AccountDeletedListener(self.alerts),
            orders_listeners.TicketCreatedListener(self.orders),
            orders_listeners.TicketUpdatedListener(self.orders),
            orders_listeners.TicketWithdrawnListener(self.orders),
            self.make_expiration_listener(),
            self.make_settlement_listener(),
            orders_listeners.PaymentFailedListener(self.orders),
            orders_listeners.PaymentRefundedListener(self.orders),
            payments_listeners.OrderCreatedListener(self.deps),
            payments_listeners.OrderCancelledListener(self.deps),
            payments_listeners.OrderCompletedListener(self.deps),
            payments_listeners.OrderRefundDueListener(self.deps),
            expiration_listeners.OrderCreatedListener(self.expiries, NoTimers(), now=self.expiration_now),
        ]
