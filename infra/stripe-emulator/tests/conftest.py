"""One emulator for all tests here (those that stop it start their own), driven through Stripe's SDK."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from ticketing_test_support.servers import Server, started
from ticketing_test_support.stripe_emulator import WEBHOOK_SECRET, WebhookReceiver, stripe_emulator, webhook_receiver

SECRET_KEY = "sk_test_secret"
PUBLISHABLE_KEY = "pk_test_public"

Connect = Callable[..., stripe.StripeClient]


@dataclass(frozen=True)
class Shop:
    """Shorthands for what nearly every test does."""

    sdk: stripe.StripeClient

    async def intent(self, amount: int = 2000, *, key: str | None = None, **extra: Any) -> stripe.PaymentIntent:
        params: Any = {"amount": amount, "currency": "usd", "allowed_payment_method_types": ["card"], **extra}
        return await self.sdk.v1.payment_intents.create_async(params, {"idempotency_key": key} if key else None)

    async def token(self, payment_method: str = "pm_card_visa") -> str:
        tokens = self.sdk.v1.test_helpers.confirmation_tokens
        return (await tokens.create_async({"payment_method": payment_method})).id

    async def confirm(
        self, intent: stripe.PaymentIntent, token: str, *, key: str | None = None
    ) -> stripe.PaymentIntent:
        options: Any = {"idempotency_key": key} if key else None
        return await self.sdk.v1.payment_intents.confirm_async(intent.id, {"confirmation_token": token}, options)

    async def paid(self, payment_method: str = "pm_card_visa", amount: int = 2000) -> stripe.PaymentIntent:
        return await self.confirm(await self.intent(amount), await self.token(payment_method))

    async def now(self, intent: stripe.PaymentIntent) -> stripe.PaymentIntent:
        return await self.sdk.v1.payment_intents.retrieve_async(intent.id)

    async def refund(self, intent: stripe.PaymentIntent, **extra: Any) -> stripe.Refund:
        params: Any = {"payment_intent": intent.id, **extra}
        return await self.sdk.v1.refunds.create_async(params)


@pytest.fixture(scope="session")
def shared_receiver() -> Iterator[WebhookReceiver]:
    """The webhook endpoint of the shared emulator."""
    with webhook_receiver() as receiver:
        yield receiver


@pytest.fixture
def receiver(shared_receiver: WebhookReceiver) -> Iterator[WebhookReceiver]:
    """The same, empty; whatever came must have been signed, by the SDK's own judgement."""
    shared_receiver.received.clear()
    yield shared_receiver
    for webhook in shared_receiver.received:
        stripe.WebhookSignature.verify_header(webhook.body, webhook.signature, WEBHOOK_SECRET, tolerance=300)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory, shared_receiver: WebhookReceiver) -> Iterator[Server]:
    """The shared emulator; do not stop it."""
    with started(stripe_emulator(tmp_path_factory.mktemp("emulator"), webhook_url=shared_receiver.url)) as server:
        yield server


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Makes clients of an emulator; without retries unless asked for."""
    async with AsyncExitStack() as stack:

        def connected(
            server: Server, key: str = SECRET_KEY, retries: int = 0, timeout: float = 10
        ) -> stripe.StripeClient:
            http = stripe.HTTPXClient(timeout=timeout, verify_ssl_certs=False)  # loopback
            stack.push_async_callback(http.close_async)
            addresses: Any = {"api": server.url}
            return stripe.StripeClient(key, base_addresses=addresses, http_client=http, max_network_retries=retries)

        yield connected


@pytest.fixture
def sdk(emulator: Server, connect: Connect) -> stripe.StripeClient:
    """A server's client."""
    return connect(emulator)


@pytest.fixture
def shop(sdk: stripe.StripeClient) -> Shop:
    """A server's client with shorthands."""
    return Shop(sdk)


@pytest.fixture
async def http(emulator: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Plain HTTP with the secret key; faults that a test armed are gone afterwards."""
    headers = {"Authorization": f"Bearer {SECRET_KEY}"}
    async with httpx.AsyncClient(base_url=emulator.url, headers=headers, trust_env=False, verify=False) as client:
        yield client
        await client.delete("/emulator/faults")


@pytest.fixture
async def page(emulator: Server) -> AsyncIterator[httpx.AsyncClient]:
    """What the page's script may do: the publishable key only."""
    headers = {"Authorization": f"Bearer {PUBLISHABLE_KEY}"}
    async with httpx.AsyncClient(base_url=emulator.url, headers=headers, trust_env=False, verify=False) as client:
        yield client


@pytest.fixture
def start_emulator(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts an emulator of the test's own, whose state is the test's folder."""
    servers: list[Server] = []

    def start(**options: Any) -> Server:
        server = stripe_emulator(tmp_path, **options)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.kill()
