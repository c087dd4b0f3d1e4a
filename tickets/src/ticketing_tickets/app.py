"""create_app(): assembles the tickets service."""

from fastapi import FastAPI

from ticketing_common.feed import Feed
from ticketing_common.messaging import Broker, Consumer, Publisher, StreamLimits
from ticketing_common.mongo import Database
from ticketing_common.outbox import Relay
from ticketing_common.outbox_monitor import OutboxMonitor
from ticketing_common.web import build_app
from ticketing_common.web.event_stream import EventStreams
from ticketing_tickets.changes import SUBJECTS, TicketChanges
from ticketing_tickets.listeners import OrderCancelledListener, OrderCompletedListener, OrderCreatedListener
from ticketing_tickets.routes import router
from ticketing_tickets.settings import Settings
from ticketing_tickets.store import INDEXES, MongoTicketStore
from ticketing_tickets.upgrades import upgrades


def create_app(settings: Settings) -> FastAPI:
    """The tickets service: tickets on sale, and the order that holds each."""
    database = Database(settings.mongo_uri, default_name="tickets", indexes=INDEXES, mongo_driver=settings.mongo_driver)
    store = MongoTicketStore(database)
    broker = Broker(settings.nats_url, client_name="tickets", limits=StreamLimits.of(settings))
    relay = Relay([store.documents], Publisher(broker, aggregate="ticket"))
    store.documents.notify_with(relay.notify)
    listeners = (OrderCreatedListener(store), OrderCancelledListener(store), OrderCompletedListener(store))
    streams = EventStreams(Feed(broker, SUBJECTS, TicketChanges(store, settings.money)), settings)
    return build_app(
        service="tickets",
        settings=settings,
        database=database,
        broker=broker,
        routers=[router],
        tasks=[
            relay,
            OutboxMonitor([store.documents]),
            *(Consumer(broker, listener) for listener in listeners),
            *streams.tasks,
            *upgrades(database, store),
        ],
        state={"currency": settings.money, "store": store, "streams": streams},
        marks_writes=True,
        on_drain=streams.drain,
    )
