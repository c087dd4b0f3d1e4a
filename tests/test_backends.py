"""MongoDB, NATS and Redis let each service do what it needs, and nobody else anything."""

import json
import re
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from urllib.parse import urlsplit

import pytest
from nats.aio.client import Client
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError

from ticketing_common.messaging.connection import inbox_prefix
from ticketing_local.settings import SERVICES
from ticketing_test_support.api import NewClient
from ticketing_test_support.stack import Stack, ticketing

UNAUTHORIZED = 13
REFUSALS = re.compile(r"permissions violation[^\n]*|NOPERM[^\n]*|not authorized on[^\n]*", re.IGNORECASE)
EVENTS = {"auth": "session.revoked", "tickets": "ticket.created", "orders": "order.created"} | {
    "payments": "payment.created",
    "expiration": "expiration.complete",
}
ConnectAs = Callable[[str], AbstractAsyncContextManager["Connection"]]


class Connection:
    """A NATS connection of a service, with the errors that the server has sent."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = Client()
        self.errors: list[str] = []

    async def refuses(self, subject: str) -> bool:
        """Whether publishing there is a violation of permissions. No stream stores what is permitted."""
        await self.client.publish(subject, b"{}", headers={"Nats-Expected-Stream": "none"})
        return await self._is_violation(f'publish to "{subject}"')

    async def refuses_to_read(self, subject: str) -> bool:
        """Whether subscribing to it is a violation of permissions."""
        subscription = await self.client.subscribe(subject)
        refused = await self._is_violation(f'subscription to "{subject}"')
        await subscription.unsubscribe()
        return refused

    async def _is_violation(self, action: str) -> bool:
        """The server handles what it receives in order, so its error comes before the second reply.

        The client sends the first request for a reply ahead of what it has buffered.
        """
        await self.client.flush()
        await self.client.flush()
        found = any(action.lower() in error.lower() for error in self.errors)
        self.errors.clear()
        return found

    async def on_error(self, error: Exception) -> None:
        self.errors.append(str(error))


def environment(stack: Stack, service: str) -> dict[str, str]:
    """Of a process of this service."""
    (file, *_) = sorted((stack.state_dir / "run").glob(f"{service}*.json"))
    found: dict[str, str] = json.loads(file.read_text())["env"]
    return found


@pytest.fixture
def connect_as(stack: Stack) -> ConnectAs:
    """Connect to NATS as a service."""

    @asynccontextmanager
    async def connect(service: str) -> AsyncIterator[Connection]:
        connection = Connection(environment(stack, service)["NATS_URL"])
        await connection.client.connect(
            connection.url, inbox_prefix=inbox_prefix(connection.url), error_cb=connection.on_error
        )
        try:
            yield connection
        finally:
            await connection.client.close()

    return connect


@pytest.mark.parametrize("service", SERVICES)
async def test_service_publishes_only_its_own_events(connect_as: ConnectAs, service: str) -> None:
    async with connect_as(service) as connection:
        refused = {owner for owner, subject in EVENTS.items() if await connection.refuses(f"{subject}.test")}
        assert refused == EVENTS.keys() - {service}


async def test_tickets_cannot_publish_a_payment(connect_as: ConnectAs) -> None:
    async with connect_as("tickets") as connection:
        assert await connection.refuses("payment.created")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("request_", ["DELETE", "PURGE", "MSG.DELETE", "MSG.GET", "SNAPSHOT", "RESTORE"])
async def test_service_cannot_delete_or_read_a_stream(connect_as: ConnectAs, service: str, request_: str) -> None:
    async with connect_as(service) as connection:
        assert await connection.refuses(f"$JS.API.STREAM.{request_}.TICKETING")


async def test_service_cannot_use_the_consumer_of_another(connect_as: ConnectAs) -> None:
    requests = (
        "CREATE.TICKETING.orders-payment-created.payment.created",
        "CREATE.TICKETING.tickets-order-created.payment.created",  # its own, but another subject
        "CREATE.TICKETING",
        "DURABLE.CREATE.TICKETING.tickets-order-created",
        "MSG.NEXT.TICKETING.orders-payment-created",
        "DELETE.TICKETING.orders-payment-created",
    )
    async with connect_as("tickets") as connection:
        assert [each for each in requests if not await connection.refuses(f"$JS.API.CONSUMER.{each}")] == []
        assert await connection.refuses("$JS.ACK.TICKETING.orders-payment-created.1.1.1.1.0")
        assert await connection.refuses("dead.orders-payment-created")


@pytest.mark.parametrize("subject", ["order.>", "_INBOX_orders.>", "_INBOX.>", "$JS.>", ">"])
async def test_service_cannot_subscribe_to_events_or_replies_of_others(connect_as: ConnectAs, subject: str) -> None:
    async with connect_as("tickets") as connection:
        assert await connection.refuses_to_read(subject)


@pytest.mark.parametrize("service", SERVICES)
def test_service_reads_only_its_own_database(stack: Stack, service: str) -> None:
    with MongoClient[dict[str, object]](environment(stack, service)["MONGO_URI"]) as client:
        assert {name for name in (*SERVICES, "admin") if not reads(client, name)} == {*SERVICES, "admin"} - {service}


def reads(client: MongoClient[dict[str, object]], database: str) -> bool:
    """Whether it may read there."""
    try:
        client[database]["any"].find_one()
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        return False
    return True


@pytest.mark.parametrize("service", ["auth", "payments"])
def test_frequency_limits_cannot_change_timers(stack: Stack, service: str) -> None:
    with Redis.from_url(environment(stack, service)["REDIS_URL"]) as redis:
        assert redis.incr("limits:test") > 0
        assert redis.expire("limits:test", 1)
        for forbidden in (lambda: redis.get("rq:queues"), redis.flushall, lambda: redis.publish("expiration:fired", 1)):
            with pytest.raises(NoPermissionError):
                forbidden()


def test_expiration_cannot_wipe_redis_or_change_limits(stack: Stack) -> None:
    with Redis.from_url(environment(stack, "expiration")["REDIS_URL"]) as redis:
        for forbidden in (lambda: redis.get("limits:test"), redis.flushall, redis.config_get, redis.acl_list):
            with pytest.raises(NoPermissionError):
                forbidden()


def test_servers_refuse_connections_without_credentials(stack: Stack) -> None:
    mongo, broker, redis = (urlsplit(stack.urls()[name]) for name in ("mongo", "nats", "redis"))
    with MongoClient[dict[str, object]]("127.0.0.1", mongo.port) as client, pytest.raises(OperationFailure):
        client["orders"]["orders"].find_one()
    with socket.create_connection(("127.0.0.1", broker.port or 0), 10) as connection:
        connection.sendall(b"CONNECT {}\r\nPING\r\n")
        assert b"Authorization Violation" in connection.makefile("rb").read()
    with Redis(port=redis.port or 0) as anonymous, pytest.raises(AuthenticationError):
        anonymous.ping()


async def test_services_have_all_rights_that_they_need(stack: Stack, new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    await buyer.buy(await seller.create_ticket())
    order = await buyer.create_order(await seller.create_ticket())
    await buyer.wait_for_status(order, "cancelled", "expired")
    await seller.http.post("/api/users/signout")
    files = (path for service in SERVICES for path in (stack.state_dir / "logs").glob(f"{service}*.log"))
    logs = {path.name: path.read_text() for path in files}
    assert {name: found for name, text in logs.items() if (found := REFUSALS.findall(text))} == {}


def test_passwords_are_only_in_private_files(stack: Stack) -> None:
    passwords = {urlsplit(url).password for service in SERVICES for url in environment(stack, service).values()}
    passwords = {password for password in passwords if password}
    passwords |= {urlsplit(stack.urls()[name]).password for name in ("mongo", "nats", "redis")}
    shown = ticketing("ps", STATE_DIR=str(stack.state_dir)).stdout
    shown += "".join(path.read_text(errors="replace") for path in (stack.state_dir / "logs").glob("*.log"))
    shown += subprocess.run(["/bin/ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert len(passwords) >= 5 + 5 + 2
    assert [password for password in passwords if str(password) in shown] == []
    holding = [path for path in (stack.state_dir / "run").iterdir() if path.suffix in (".json", ".conf")]
    assert [path for path in holding if path.stat().st_mode & 0o077] == []
