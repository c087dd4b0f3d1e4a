"""Payments in memory, on a real MongoDB, and with the Stripe emulator as a process of its own."""

from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.mongo import Database
from ticketing_payments.app import create_app
from ticketing_payments.settings import Settings
from ticketing_payments.store import INDEXES, MongoPaymentStore
from ticketing_payments.stripe_gateway import StripeGateway
from ticketing_test_support.apps import served
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.payments.stories import Shop
from ticketing_test_support.servers import Server, started
from ticketing_test_support.stripe_emulator import stripe_emulator

OUT_OF_REACH = "nats://127.0.0.1:1"
STRIPE_KEY = "sk_test_only_tests_know_it"
WEBHOOK_SECRET = "whsec_only_tests_know_it"

MakeApp = Callable[..., FastAPI]
MakeGateway = Callable[..., StripeGateway]


@pytest.fixture
async def shop() -> Shop:
    """An order that waits for its money, all in memory."""
    shop = Shop()
    await shop.open()
    return shop


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The Stripe emulator, shared by the run; it sends no webhooks: tests send their own."""
    with started(stripe_emulator(tmp_path_factory.mktemp("stripe"))) as server:
        yield server


@pytest.fixture
async def stripe_api(emulator: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Stripe by plain HTTP, beside our gateway; faults that a test armed are gone afterwards."""
    headers = {"Authorization": f"Bearer {STRIPE_KEY}"}
    async with httpx.AsyncClient(base_url=emulator.url, headers=headers, trust_env=False) as client:
        yield client
        await client.delete("/emulator/faults")


@pytest.fixture
async def make_gateway(emulator: Server) -> AsyncIterator[MakeGateway]:
    """Makes gateways to the emulator, closed at the end. A fault armed once is met at once: no retries unless asked."""
    made: list[StripeGateway] = []

    def make(key: str = STRIPE_KEY, *, url: str = emulator.url, retries: int = 0) -> StripeGateway:
        made.append(StripeGateway(key, api_base=url, webhook_secret=WEBHOOK_SECRET, network_retries=retries))
        return made[-1]

    yield make
    for gateway in made:
        await gateway.close()


@pytest.fixture
def gateway(make_gateway: MakeGateway) -> StripeGateway:
    """The real gateway, without retries."""
    return make_gateway()


@pytest.fixture
async def store(mongo_uri: str) -> AsyncIterator[MongoPaymentStore]:
    """The real store."""
    database = Database(mongo_uri, default_name="payments", indexes=INDEXES)
    await database.run()
    yield MongoPaymentStore(database)
    await database.close()


@pytest.fixture
def make_app(mongo_uri: str, emulator: Server) -> MakeApp:
    """Makes replicas of the service over one database, without a broker in reach unless a test brings one."""

    def make(**settings: str) -> FastAPI:
        defaults = {
            "mongo_uri": mongo_uri,
            "nats_url": OUT_OF_REACH,
            "jwt_secret": JWT_SECRET,
            "stripe_key": STRIPE_KEY,
            "stripe_api_base": emulator.url,
            "stripe_webhook_secret": WEBHOOK_SECRET,
        }
        return create_app(Settings.model_validate(defaults | settings))

    return make


@pytest.fixture
def app(make_app: MakeApp) -> FastAPI:
    """The service, not started yet."""
    return make_app()


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a session."""
    async with served(app) as client:
        yield client
