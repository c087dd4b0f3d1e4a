"""create_app(): what orders is made of."""

from fastapi import FastAPI

from ticketing_common.messaging import Broker, Consumer, Publisher, StreamLimits
from ticketing_common.mongo import Database
from ticketing_common.outbox import Relay
from ticketing_common.web import build_app
from ticketing_orders import listeners
from ticketing_orders.orphans import OrphanWatch
from ticketing_orders.routes import router
from ticketing_orders.settings import Settings
from ticketing_orders.store import INDEXES, OrderStore


def create_app(settings: Settings) -> FastAPI:
    """The orders service: reservations, and the judgement of payments."""
    database = Database(settings.mongo_uri, default_name="orders", indexes=INDEXES)
    broker = Broker(settings.nats_url, client_name="orders", limits=StreamLimits.of(settings))
    orders = OrderStore(database)
    relay = Relay([orders.orders], Publisher(broker))
    orders.orders.notify_with(relay.notify)
    heard = (
        listeners.TicketCreatedListener(orders),
        listeners.TicketUpdatedListener(orders),
        listeners.ExpirationCompleteListener(orders),
        listeners.PaymentCreatedListener(orders),
        listeners.PaymentFailedListener(orders),
        listeners.PaymentRefundedListener(orders),
    )
    return build_app(
        service="orders",
        settings=settings,
        database=database,
        routers=[router],
        tasks=[broker, relay, OrphanWatch(orders), *(Consumer(broker, listener) for listener in heard)],
        dependencies={"nats": broker},
        state={"currency": settings.money, "orders": orders, "broker": broker, "hold_for": settings.hold_for},
    )
