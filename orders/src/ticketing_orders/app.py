"""create_app(): assembles the orders service."""

from fastapi import FastAPI

from ticketing_common.feed import Feed
from ticketing_common.messaging import Broker, Consumer, Publisher, StreamLimits
from ticketing_common.mongo import Database
from ticketing_common.outbox import Relay
from ticketing_common.outbox_monitor import OutboxMonitor
from ticketing_common.web import build_app
from ticketing_common.web.event_stream import EventStreams
from ticketing_orders import listeners
from ticketing_orders.changes import SUBJECTS, OrderChanges
from ticketing_orders.monitor import OverdueReservationMonitor
from ticketing_orders.routes import router
from ticketing_orders.settings import Settings
from ticketing_orders.store import INDEXES, MongoOrderStore


def create_app(settings: Settings) -> FastAPI:
    """The orders service: reservations, and the settlement of payments."""
    database = Database(settings.mongo_uri, default_name="orders", indexes=INDEXES, mongo_driver=settings.mongo_driver)
    broker = Broker(settings.nats_url, client_name="orders", limits=StreamLimits.of(settings))
    store = MongoOrderStore(database)
    relay = Relay([store.documents], Publisher(broker, aggregate="order"))
    store.documents.notify_with(relay.notify)
    consumed = (
        listeners.TicketCreatedListener(store),
        listeners.TicketUpdatedListener(store),
        listeners.TicketWithdrawnListener(store),
        listeners.ExpirationCompleteListener(store),
        listeners.PaymentCreatedListener(store),
        listeners.PaymentFailedListener(store),
        listeners.PaymentRefundedListener(store),
    )
    streams = EventStreams(Feed(broker, SUBJECTS, OrderChanges(store, settings.money)), settings)
    return build_app(
        service="orders",
        settings=settings,
        database=database,
        broker=broker,
        routers=[router],
        tasks=[
            relay,
            OutboxMonitor([store.documents]),
            OverdueReservationMonitor(store),
            *(Consumer(broker, listener) for listener in consumed),
            *streams.tasks,
        ],
        state={
            "currency": settings.money,
            "store": store,
            "reservation_rules": settings.reservation_rules,
            "streams": streams,
        },
        marks_writes=True,
        on_drain=streams.drain,
    )
