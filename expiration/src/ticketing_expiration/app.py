"""create_app(): assembles the expiration service."""

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI

from ticketing_common.clock import utc_now
from ticketing_common.messaging import Broker, Consumer, Publisher, StreamLimits
from ticketing_common.mongo import Database
from ticketing_common.outbox import Relay
from ticketing_common.outbox_monitor import OutboxMonitor
from ticketing_common.web import build_app
from ticketing_expiration.listeners import OrderCreatedListener
from ticketing_expiration.monitor import PendingMonitor
from ticketing_expiration.purge import Purge
from ticketing_expiration.settings import Settings
from ticketing_expiration.store import INDEXES, MongoExpiryStore
from ticketing_expiration.sweep import Sweep
from ticketing_expiration.timers import RqTimers
from ticketing_expiration.wakeups import Wakeups


def create_app(settings: Settings, *, now: Callable[[], datetime] = utc_now) -> FastAPI:
    """The expiration service: publishes when an order's reservation expires, by the clock `now` (aware).

    Its timers fire in the worker process.
    """
    database = Database(
        settings.mongo_uri, default_name="expiration", indexes=INDEXES, mongo_driver=settings.mongo_driver
    )
    store = MongoExpiryStore(database)
    timers = RqTimers(settings.redis_url)
    broker = Broker(settings.nats_url, client_name="expiration", limits=StreamLimits.of(settings))
    relay = Relay([store.documents], Publisher(broker, aggregate="expiration"))
    store.documents.notify_with(relay.notify)
    wakeups = Wakeups(settings.redis_url, wake=relay.sweep_now)
    consumer = Consumer(broker, OrderCreatedListener(store, timers, now=now))
    sweep = Sweep(store, wake_relay=relay.sweep_now, now=now)
    return build_app(
        service="expiration",
        settings=settings,
        database=database,
        broker=broker,
        tasks=[
            relay,
            OutboxMonitor([store.documents]),
            wakeups,
            sweep,
            Purge(store, now=now),
            PendingMonitor(store),
            timers,
            consumer,
        ],
        dependencies={"redis": wakeups, "timers": timers},
    )
