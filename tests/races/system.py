"""A system to race in: the running stack, or the real services in this process, whose guards can be switched off."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient
from nats.js import JetStreamContext
from tests.races.findings import about, expired_early, refunded_twice

from ticketing_auth import app as auth
from ticketing_auth.settings import Settings as AuthSettings
from ticketing_common.events import Envelope, Event
from ticketing_common.messaging import connect_readonly
from ticketing_common.observability import tracing
from ticketing_expiration import app as expiration
from ticketing_expiration.settings import Settings as ExpirationSettings
from ticketing_local.settings import SERVICES
from ticketing_ops.audit import run_checks
from ticketing_ops.audit.reader import SnapshotReader, open_reader
from ticketing_ops.audit.snapshot import Finding, Snapshot
from ticketing_orders import app as orders
from ticketing_orders.settings import Settings as OrdersSettings
from ticketing_payments import app as payments
from ticketing_payments.settings import Settings as PaymentsSettings
from ticketing_test_support.api import ApiClient, NewClient, api_clients
from ticketing_test_support.apps import InProcessGateway, served
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.snapshots import read_all
from ticketing_tickets import app as tickets
from ticketing_tickets.settings import Settings as TicketsSettings

STRIPE_KEY = "sk_test_only_for_races"
SETTLED_WITHIN_SECONDS = 60
UNDER_WAY = ("waits to be published", "are not handled yet")
Urls = Mapping[str, str]


@dataclass
class RacedSystem:
    """`apps`: the services in this process by name, each with its replicas; none for the running stack."""

    new_client: NewClient
    reader: SnapshotReader
    jetstream: JetStreamContext
    stripe: str
    seller: ApiClient
    buyer: ApiClient
    buyers: list[ApiClient]
    apps: Mapping[str, tuple[FastAPI, ...]] = field(default_factory=dict)

    async def publish(self, event: Event, *, id_suffix: str = "") -> None:
        """As its owner would; a suffix makes it one that JetStream does not take for a duplicate."""
        envelope = Envelope.from_event(event, occurred_at=datetime.now(UTC), traceparent=tracing.begin())
        headers = {"Nats-Msg-Id": envelope.id + id_suffix}
        await self.jetstream.publish(envelope.subject, json.dumps(envelope.data).encode(), headers=headers)

    async def settled(self, ticket_ids: Collection[str]) -> tuple[Snapshot, list[Finding]]:
        """What is stored about these tickets once every event is published and handled, and what the audit finds."""
        deadline, before = time.monotonic() + SETTLED_WITHIN_SECONDS, list[Finding]()
        while True:
            snapshot = about(await read_all(self.reader), ticket_ids)
            findings = [*run_checks(snapshot), *refunded_twice(snapshot), *expired_early(snapshot)]
            drained = not any(item.what.endswith(UNDER_WAY) for item in findings)
            if not findings or (drained and findings == before) or time.monotonic() > deadline:
                return snapshot, findings
            before = findings
            await asyncio.sleep(0.5)

    @asynccontextmanager
    async def slow_stripe(self, *, seconds: float) -> AsyncIterator[None]:
        """Cards are charged at once, and payments gets the response so many seconds later."""
        slow = {"kind": "delay", "when": "after", "path": "/v1/payment_intents/*/confirm", "seconds": seconds}
        async with httpx.AsyncClient(base_url=f"{self.stripe}/emulator", trust_env=False) as emulator:
            await emulator.put("/faults", json={"faults": [slow]})
            yield
            await emulator.delete("/faults")


@asynccontextmanager
async def running_stack(url: str, urls: Urls, *, buyers: int) -> AsyncIterator[RacedSystem]:
    """The running stack, through its gateway."""
    async with AsyncExitStack() as stack:
        new_client = await stack.enter_async_context(api_clients(url))
        yield await _system(stack, new_client, urls, buyers=buyers)


@asynccontextmanager
async def in_process(
    urls: Urls,
    *,
    window_seconds: float = 900,
    replicas: int = 1,
    max_open: int = 1_000_000,
    expiration_now: Callable[[], datetime] | None = None,
    buyers: int = 2,
) -> AsyncIterator[RacedSystem]:
    """Auth, tickets, payments and `replicas` of orders on empty databases; expiration too, if it is given a clock."""
    await _drop_databases(urls["mongo"])
    apps = _create_apps(urls, window_seconds, replicas, max_open)
    if expiration_now is not None:
        settings = ExpirationSettings.model_validate({**_common(urls, "expiration"), "redis_url": urls["redis"]})
        apps["expiration"] = (expiration.create_app(settings, now=expiration_now),)
    prefixes = {"/api/users": "auth", "/api/tickets": "tickets", "/api/orders": "orders", "/api/payments": "payments"}
    gateway = InProcessGateway({prefix: apps[service] for prefix, service in prefixes.items()})
    async with AsyncExitStack() as stack:
        for app in (app for replicas_of in apps.values() for app in replicas_of):
            await stack.enter_async_context(served(app))
        new_client = await stack.enter_async_context(api_clients("http://test", transport=gateway))
        system = await _system(stack, new_client, urls, buyers=buyers)
        system.apps = apps
        yield system


async def _system(stack: AsyncExitStack, new_client: NewClient, urls: Urls, *, buyers: int) -> RacedSystem:
    reader = await stack.enter_async_context(open_reader(urls))
    jetstream = await stack.enter_async_context(connect_readonly(urls["nats"]))
    seller, *clients = await asyncio.gather(*(new_client() for _ in range(1 + buyers)))
    return RacedSystem(new_client, reader, jetstream, urls["stripe"], seller, clients[0], clients)


def _common(urls: Urls, service: str) -> dict[str, object]:
    mongo = f"{urls['mongo']}/{service}"
    return {"nats_url": urls["nats"], "jwt_secret": JWT_SECRET, "shutdown_delay_seconds": 0, "mongo_uri": mongo}


def _create_apps(urls: Urls, window_seconds: float, replicas: int, max_open: int) -> dict[str, tuple[FastAPI, ...]]:
    orders_settings = {
        **_common(urls, "orders"),
        "expiration_window_seconds": window_seconds,
        "max_open_reservations": max_open,
        "reservation_cooldown_seconds": 0,
    }
    stripe = {**_common(urls, "payments"), "stripe_key": STRIPE_KEY, "stripe_api_base": urls["stripe"]}
    return {
        "auth": (auth.create_app(AuthSettings.model_validate(_common(urls, "auth"))),),
        "tickets": (tickets.create_app(TicketsSettings.model_validate(_common(urls, "tickets"))),),
        "orders": tuple(orders.create_app(OrdersSettings.model_validate(orders_settings)) for _ in range(replicas)),
        "payments": (payments.create_app(PaymentsSettings.model_validate(stripe)),),
    }


async def _drop_databases(mongo_url: str) -> None:
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(mongo_url)
    for service in SERVICES:
        await client.drop_database(service)
    client.close()
