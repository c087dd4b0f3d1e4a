"""create_app(): assembles the payments service."""

from fastapi import FastAPI

from ticketing_common.messaging import Broker, Consumer, Publisher, StreamLimits
from ticketing_common.mongo import Database
from ticketing_common.outbox import Relay
from ticketing_common.outbox_monitor import OutboxMonitor
from ticketing_common.web import build_app
from ticketing_payments import listeners
from ticketing_payments.limits import DeclineLimits
from ticketing_payments.monitor import ReconciliationMonitor
from ticketing_payments.ports import PaymentDeps
from ticketing_payments.reconciler import Reconciler
from ticketing_payments.routes import router
from ticketing_payments.settings import Settings
from ticketing_payments.store import INDEXES, MongoPaymentStore
from ticketing_payments.stripe_gateway import StripeGateway


def create_app(settings: Settings) -> FastAPI:
    """The payments service: charging and refunding cards through Stripe."""
    database = Database(
        settings.mongo_uri, default_name="payments", indexes=INDEXES, mongo_driver=settings.mongo_driver
    )
    broker = Broker(settings.nats_url, client_name="payments", limits=StreamLimits.of(settings))
    store = MongoPaymentStore(database)
    relay = Relay([store.documents], Publisher(broker, aggregate="payment"))
    store.documents.notify_with(relay.notify)
    secret = settings.stripe_webhook_secret
    gateway = StripeGateway(
        settings.stripe_key.get_secret_value(),
        api_base=settings.stripe_api_base,
        webhook_secret=secret.get_secret_value() if secret else None,
    )
    limiter = settings.rate_limiter()
    limits = DeclineLimits(limiter, per_order=settings.declines_per_order, per_user=settings.declines_per_user)
    deps = PaymentDeps(store=store, gateway=gateway, currency=settings.currency, limits=limits, live=settings.live)
    consumed = (
        listeners.OrderCreatedListener(deps),
        listeners.OrderCancelledListener(deps),
        listeners.OrderCompletedListener(deps),
        listeners.OrderRefundDueListener(deps),
    )
    return build_app(
        service="payments",
        settings=settings,
        database=database,
        broker=broker,
        routers=[router],
        tasks=[
            limiter,
            gateway,
            relay,
            Reconciler(deps),
            OutboxMonitor([store.documents]),
            ReconciliationMonitor(store),
            *(Consumer(broker, listener) for listener in consumed),
        ],
        dependencies=limiter.dependencies,
        state={"deps": deps, "webhook_reader": gateway},
        marks_writes=True,
        webhooks=frozenset({"/api/payments/webhook"}),
    )
