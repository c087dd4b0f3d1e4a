"""create_app(): assembles the auth service."""

from fastapi import FastAPI

from ticketing_auth.email_upgrade import EmailUpgrade
from ticketing_auth.limits import AccountLimits
from ticketing_auth.password_policy import PasswordPolicy
from ticketing_auth.passwords import Argon2Hasher
from ticketing_auth.ports import AccountDeps
from ticketing_auth.routes import router
from ticketing_auth.settings import Settings
from ticketing_auth.store import INDEXES, MongoRevocationStore, MongoUserStore
from ticketing_common.messaging import Broker, Publisher, StreamLimits
from ticketing_common.mongo import Database
from ticketing_common.outbox import Relay
from ticketing_common.outbox_monitor import OutboxMonitor
from ticketing_common.web import build_app


def create_app(settings: Settings) -> FastAPI:
    """The auth service: accounts and sessions."""
    database = Database(settings.mongo_uri, default_name="auth", indexes=INDEXES, mongo_driver=settings.mongo_driver)
    broker = Broker(settings.nats_url, client_name="auth", limits=StreamLimits.of(settings))
    users, revocations = MongoUserStore(database), MongoRevocationStore(database)
    sources = [users.documents, revocations.documents]
    relay = Relay(sources, Publisher(broker, aggregate="session"))
    for store in (users, revocations):
        store.documents.notify_with(relay.notify)
    limiter = settings.rate_limiter()
    deps = AccountDeps(
        store=users,
        hasher=Argon2Hasher(threads=settings.password_threads),
        policy=PasswordPolicy(settings.password_min_length),
        limits=AccountLimits(
            limiter,
            failures_per_account=settings.sign_in_failures_per_account,
            failures_per_address=settings.sign_in_failures_per_address,
            sign_ins_per_address=settings.sign_ins_per_address,
            sign_ups_per_address=settings.sign_ups_per_address,
        ),
    )
    return build_app(
        service="auth",
        settings=settings,
        database=database,
        broker=broker,
        routers=[router],
        tasks=[relay, OutboxMonitor(sources), limiter, EmailUpgrade(users)],
        dependencies=limiter.dependencies,
        state={"deps": deps, "revocation_store": revocations},
    )
