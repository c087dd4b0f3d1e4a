"""One emulator shared by the tests, driven through Stripe's SDK; tests that stop one start their own."""

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

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True)
class Api:
    """Stripe's SDK, with shorthands for what most tests do."""

    client: stripe.StripeClient

    @property
    def v1(self) -> Any:
        return self.client.v1

    async def create(self, amount: int = 2000, *, key: str | None = None, **extra: Any) -> Any:
        params = {"amount": amount, "currency": "usd", "allowed_payment_method_types": ["card"], **extra}
        return await self.v1.payment_intents.create_async(params, _options(key))

    async def token(self, payment_method: str = "pm_card_visa") -> str:
        created = await self.v1.test_helpers.confirmation_tokens.create_async({"payment_method": payment_method})
        return str(created.id)

    async def confirm(self, intent: Any, token: str, *, key: str | None = None, **extra: Any) -> Any:
        params = {"confirmation_token": token, **extra}
        return await self.v1.payment_intents.confirm_async(intent.id, params, _options(key))

    async def pay(self, payment_method: str = "pm_card_visa", amount: int = 2000) -> Any:
        return await self.confirm(await self.create(amount), await self.token(payment_method))

    async def retrieve(self, intent: Any, **params: Any) -> Any:
        return await self.v1.payment_intents.retrieve_async(intent.id, params)

    async def charges(self, intent: Any) -> list[Any]:
        return list((await self.v1.charges.list_async({"payment_intent": intent.id})).data)

    async def refund(self, intent: Any, **extra: Any) -> Any:
        return await self.v1.refunds.create_async({"payment_intent": intent.id, **extra})


def _options(key: str | None) -> Any:
    return {"idempotency_key": key} if key else None


@pytest.fixture
async def connect() -> AsyncIterator[Callable[..., Api]]:
    """Creates clients of an emulator, or of Stripe without a URL; no retries by default."""
    async with AsyncExitStack() as stack:

        def connected(url: str | None, key: str = "sk_test_secret", retries: int = 0, timeout: float = 30) -> Api:
            http = stripe.HTTPXClient(timeout=timeout, verify_ssl_certs=url is None)
            stack.push_async_callback(http.close_async)
            base: Any = {"api": url} if url else {}
            options = {"stripe_version": API_VERSION, "base_addresses": base, "max_network_retries": retries}
            return Api(stripe.StripeClient(key, http_client=http, **options))

        yield connected


@pytest.fixture(scope="session")
def shared_receiver() -> Iterator[WebhookReceiver]:
    """The webhook endpoint of the shared emulator."""
    with webhook_receiver() as receiver:
        yield receiver


@pytest.fixture
def receiver(shared_receiver: WebhookReceiver) -> Iterator[WebhookReceiver]:
    """The same, emptied; the SDK verifies the signature of everything received."""
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
def api(emulator: Server, connect: Callable[..., Api]) -> Api:
    """A server's client."""
    return connect(emulator.url)


@pytest.fixture
async def http(emulator: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Plain HTTP with a secret key; faults are disarmed at the end."""
    async with _client(emulator, "sk_test_secret") as client:
        yield client
        await client.delete("/emulator/faults")


@pytest.fixture
async def page(emulator: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Plain HTTP with a publishable key, as the page script has."""
    async with _client(emulator, "pk_test_public") as client:
        yield client


def _client(emulator: Server, key: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.AsyncClient(base_url=emulator.url, headers=headers, trust_env=False, verify=False)


@pytest.fixture
def arm(http: httpx.AsyncClient) -> Callable[..., Any]:
    """Arms a fault."""

    async def armed(**fault: Any) -> None:
        (await http.post("/emulator/faults", json=fault)).raise_for_status()

    return armed


@pytest.fixture
def start_emulator(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts an emulator on the test's own folder."""
    servers: list[Server] = []

    def start(**options: Any) -> Server:
        servers.append(stripe_emulator(tmp_path, **options))
        servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        server.kill()
