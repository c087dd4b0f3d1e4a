"""A market in the test's own process: the real services on real servers, so that a test can switch a guard off."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import httpx
from fastapi import FastAPI
from tests.races.market import Market

from ticketing_auth import app as auth
from ticketing_auth.settings import Settings as AuthSettings
from ticketing_common.messaging import connect_readonly
from ticketing_common.mongo import Database
from ticketing_expiration import app as expiration
from ticketing_expiration.settings import Settings as ExpirationSettings
from ticketing_local.settings import SERVICES
from ticketing_ops.audit.reader import SnapshotReader
from ticketing_orders import app as orders
from ticketing_orders.settings import Settings as OrdersSettings
from ticketing_payments import app as payments
from ticketing_payments.settings import Settings as PaymentsSettings
from ticketing_test_support.apps import served
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_tickets import app as tickets
from ticketing_tickets.settings import Settings as TicketsSettings

STRIPE_KEY = "sk_test_only_races_know_it"


@dataclass(frozen=True)
class Servers:
    """Where the real servers are. `mongo` has a prefix for the databases of this test at its end."""

    mongo: str
    nats: str
    redis: str
    stripe: str


@dataclass(frozen=True)
class Lab:
    """A market, and its services by name, each with its replicas: there a guard can be switched off."""

    market: Market
    apps: Mapping[str, tuple[FastAPI, ...]]
    databases: Mapping[str, Database]
    stripe: str


OpenLab = Callable[..., Awaitable[Lab]]


@asynccontextmanager
async def opened(
    servers: Servers,
    *,
    window_seconds: float = 900,
    replicas: int = 1,
    expiration_now: Callable[[], datetime] | None = None,
) -> AsyncIterator[Lab]:
    """Auth, tickets, payments and `replicas` of orders, running; expiration too, if it is given a clock."""
    common = {"nats_url": servers.nats, "jwt_secret": JWT_SECRET, "shutdown_delay_seconds": 0}
    stripe = {"stripe_key": STRIPE_KEY, "stripe_api_base": servers.stripe}
    holding = {"expiration_window_seconds": window_seconds}
    uris = {service: f"{servers.mongo}_{service}" for service in SERVICES}
    apps: dict[str, tuple[FastAPI, ...]] = {
        "auth": (auth.create_app(AuthSettings.model_validate({**common, "mongo_uri": uris["auth"]})),),
        "tickets": (tickets.create_app(TicketsSettings.model_validate({**common, "mongo_uri": uris["tickets"]})),),
        "orders": tuple(
            orders.create_app(OrdersSettings.model_validate({**common, **holding, "mongo_uri": uris["orders"]}))
            for _ in range(replicas)
        ),
        "payments": (
            payments.create_app(PaymentsSettings.model_validate({**common, **stripe, "mongo_uri": uris["payments"]})),
        ),
    }
    if expiration_now is not None:
        of_expiration = {**common, "redis_url": servers.redis, "mongo_uri": uris["expiration"]}
        clocked = expiration.create_app(ExpirationSettings.model_validate(of_expiration), now=expiration_now)
        apps["expiration"] = (clocked,)
    async with AsyncExitStack() as opening:
        doors = {service: [await opening.enter_async_context(served(app)) for app in apps[service]] for service in apps}
        databases = {name: Database(uri, default_name=name, indexes={}) for name, uri in uris.items()}
        for database in databases.values():
            opening.push_async_callback(database.close)
        ledger = await opening.enter_async_context(httpx.AsyncClient(base_url=servers.stripe, trust_env=False))
        jetstream = await opening.enter_async_context(connect_readonly(servers.nats))
        yield Lab(
            Market(doors, SnapshotReader(databases, jetstream, ledger), jetstream), apps, databases, servers.stripe
        )


@asynccontextmanager
async def stripe_answering_late(lab: Lab, *, seconds: float) -> AsyncIterator[None]:
    """Cards are charged at once; payments is answered so many seconds later, unless it asks again."""
    fault = {"kind": "delay", "when": "after", "path": "/v1/payment_intents/*/confirm", "seconds": seconds}
    async with httpx.AsyncClient(base_url=f"{lab.stripe}/emulator", trust_env=False) as control:
        await control.put("/faults", json={"faults": [fault]})
        yield
        await control.delete("/faults")
