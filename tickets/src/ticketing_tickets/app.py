"""create_app(): assembles the tickets service."""

from fastapi import FastAPI

from ticketing_common.clock import utc_now
from ticketing_common.feed import Feed
from ticketing_common.messaging import Broker, Consumer, Publisher, StreamLimits
from ticketing_common.mongo import Database
from ticketing_common.outbox import Relay
from ticketing_common.outbox_monitor import OutboxMonitor
from ticketing_common.web import build_app
from ticketing_common.web.event_stream import EventStreams
from ticketing_tickets.alerts.listeners import AccountDeletedListener, TicketFreedListener
from ticketing_tickets.alerts.notifiers import LogNotifier
from ticketing_tickets.alerts.ports import AlertDeps, Notifier
from ticketing_tickets.alerts.routes import router as alerts_router
from ticketing_tickets.alerts.store import INDEXES as ALERTS
from ticketing_tickets.alerts.store import MongoAlertStore
from ticketing_tickets.alerts.sweep import AlertSweep
from ticketing_tickets.changes import SUBJECTS, TicketChanges
from ticketing_tickets.listeners import OrderCancelledListener, OrderCompletedListener, OrderCreatedListener
from ticketing_tickets.routes import router
from ticketing_tickets.settings import Settings
from ticketing_tickets.store import INDEXES as TICKETS
from ticketing_tickets.store import MongoTicketStore
from ticketing_tickets.upgrades import upgrades

INDEXES = {**TICKETS, **ALERTS}


def create_app(settings: Settings, notifier: Notifier | None = None) -> FastAPI:
    """The tickets service: tickets on sale, and the order that holds each. `notifier` notifies users of available
    tickets; without one, that is only logged."""
    database = Database(settings.mongo_uri, default_name="tickets", indexes=INDEXES, mongo_driver=settings.mongo_driver)
    store = MongoTicketStore(database)
    alerts = AlertDeps(store, MongoAlertStore(database), notifier or LogNotifier())
    broker = Broker(settings.nats_url, client_name="tickets", limits=StreamLimits.of(settings))
    relay = Relay([store.documents], Publisher(broker, aggregate="ticket"))
    store.documents.notify_with(relay.notify)
    listeners = (
        OrderCreatedListener(store),
        OrderCancelledListener(store),
        OrderCompletedListener(store),
        TicketFreedListener(alerts, now=utc_now),
        AccountDeletedListener(alerts),
    )
    streams = EventStreams(Feed(broker, SUBJECTS, TicketChanges(store, settings.money)), settings)
    return build_app(
        service="tickets",
        settings=settings,
        database=database,
        broker=broker,
        routers=[alerts_router, router],
        tasks=[
            relay,
            OutboxMonitor([store.documents]),
            AlertSweep(alerts, now=utc_now),
            *(Consumer(broker, listener) for listener in listeners),
            *streams.tasks,
            *upgrades(database, store),
        ],
        state={"currency": settings.money, "store": store, "alerts": alerts, "streams": streams},
        marks_writes=True,
        on_drain=streams.drain,
    )
