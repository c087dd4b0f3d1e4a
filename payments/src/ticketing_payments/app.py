"""create_app(): what payments is made of."""

from fastapi import FastAPI

from ticketing_common.messaging import Broker, Consumer, Publisher, StreamLimits
from ticketing_common.mongo import Database
from ticketing_common.outbox import Relay
from ticketing_common.web import build_app
from ticketing_payments import listeners
from ticketing_payments.money_watch import MoneyWatch
from ticketing_payments.reconciler import Reconciler
from ticketing_payments.routes import router
from ticketing_payments.settings import Settings
from ticketing_payments.store import INDEXES, PaymentStore
from ticketing_payments.stripe_gateway import StripeGateway
from ticketing_payments.use_cases import Till


def create_app(settings: Settings) -> FastAPI:
    """The payments service: charging and refunding cards through Stripe."""
    database = Database(settings.mongo_uri, default_name="payments", indexes=INDEXES)
    broker = Broker(settings.nats_url, client_name="payments", limits=StreamLimits.of(settings))
    store = PaymentStore(database)
    relay = Relay([store.payments], Publisher(broker))
    store.payments.notify_with(relay.notify)
    secret = settings.stripe_webhook_secret
    gateway = StripeGateway(
        settings.stripe_key.get_secret_value(),
        api_base=settings.stripe_api_base,
        webhook_secret=secret.get_secret_value() if secret else None,
    )
    till = Till(payments=store, gateway=gateway, currency=settings.currency, live=settings.live)
    heard = (
        listeners.OrderCreatedListener(till),
        listeners.OrderCancelledListener(till),
        listeners.OrderCompletedListener(till),
        listeners.OrderRefundDueListener(till),
    )
    return build_app(
        service="payments",
        settings=settings,
        database=database,
        routers=[router],
        tasks=[
            gateway,
            broker,
            relay,
            Reconciler(till),
            MoneyWatch(store),
            *(Consumer(broker, listener) for listener in heard),
        ],
        dependencies={"nats": broker},
        state={"till": till, "broker": broker, "webhook_reader": gateway},
    )
