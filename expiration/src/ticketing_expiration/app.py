"""create_app(): what expiration is made of."""

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI

from ticketing_common.clock import utc_now
from ticketing_common.messaging import Broker, Consumer, Publisher, StreamLimits
from ticketing_common.mongo import Database
from ticketing_common.outbox import Relay
from ticketing_common.web import build_app
from ticketing_expiration.listeners import OrderCreatedListener
from ticketing_expiration.settings import Settings
from ticketing_expiration.store import INDEXES, ExpiryStore
from ticketing_expiration.sweep import Sweep
from ticketing_expiration.timers import RqTimers
from ticketing_expiration.wakeups import Wakeups


def create_app(settings: Settings, *, now: Callable[[], datetime] = utc_now) -> FastAPI:
    """The expiration service: says when the hold of an order has run out, by the clock `now` (aware).

    Its timers ring in the worker.
    """
    database = Database(settings.mongo_uri, default_name="expiration", indexes=INDEXES)
    expiries = ExpiryStore(database)
    timers = RqTimers(settings.redis_url)
    broker = Broker(settings.nats_url, client_name="expiration", limits=StreamLimits.of(settings))
    relay = Relay([expiries.documents], Publisher(broker))
    expiries.documents.notify_with(relay.notify)
    wakeups = Wakeups(settings.redis_url, wake=relay.sweep_now)
    listener = OrderCreatedListener(expiries, timers, now=now)
    sweep = Sweep(expiries, wake_relay=relay.sweep_now, now=now)
    return build_app(
        service="expiration",
        settings=settings,
        database=database,
        tasks=[broker, relay, wakeups, sweep, timers, Consumer(broker, listener)],
        dependencies={"nats": broker, "redis": wakeups},
    )
