"""A payment in memory, the store on a real MongoDB, and the gateway on the Stripe emulator."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.mongo import Database
from ticketing_payments.app import create_app
from ticketing_payments.settings import Settings
from ticketing_payments.store import INDEXES, MongoPaymentStore
from ticketing_payments.stripe_gateway import StripeGateway
from ticketing_test_support.apps import served_in_memory
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.mongo import database_at
from ticketing_test_support.payments.scenario import PaymentScenario, make_order
from ticketing_test_support.servers import Server, started
from ticketing_test_support.stripe_emulator import stripe_emulator

STRIPE_KEY = "sk_test_only_for_tests"
WEBHOOK_SECRET = "whsec_only_for_tests"

MakeGateway = Callable[..., StripeGateway]
CountLogged = Callable[[str], int]


@pytest.fixture
async def scenario() -> PaymentScenario:
    """An open order, all in memory."""
    scenario = PaymentScenario()
    await scenario.record(make_order())
    return scenario


@pytest.fixture
def count_logged(caplog: pytest.LogCaptureFixture) -> CountLogged:
    """Counts a text in the log."""
    caplog.set_level(logging.INFO)
    return lambda text: caplog.text.count(text)  # noqa: PLW0108  the text grows


@pytest.fixture
def app() -> FastAPI:
    """The service, not started; webhooks are verified by its own gateway."""
    settings = {
        "mongo_uri": "mongodb://127.0.0.1:1",
        "nats_url": "nats://127.0.0.1:1",
        "jwt_secret": JWT_SECRET,
        "stripe_key": STRIPE_KEY,
        "stripe_webhook_secret": WEBHOOK_SECRET,
    }
    return create_app(Settings.model_validate(settings))


@pytest.fixture
async def client(app: FastAPI, scenario: PaymentScenario) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the routes, without a session; the database and Stripe are the scenario's."""
    async with served_in_memory(app, scenario.database, deps=scenario.deps) as client:
        yield client


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The Stripe emulator, without webhooks, shared by the test run."""
    with started(stripe_emulator(tmp_path_factory.mktemp("stripe"))) as server:
        yield server


@pytest.fixture
async def stripe_api(emulator: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Stripe over plain HTTP; faults are removed afterwards."""
    headers = {"Authorization": f"Bearer {STRIPE_KEY}"}
    async with httpx.AsyncClient(base_url=emulator.url, headers=headers, trust_env=False) as client:
        yield client
        await client.delete("/emulator/faults")


@pytest.fixture
async def make_gateway(emulator: Server) -> AsyncIterator[MakeGateway]:
    """Makes gateways to the emulator; without retries unless asked, so that one fault is enough."""
    gateways: list[StripeGateway] = []

    def make(key: str = STRIPE_KEY, *, url: str = emulator.url, retries: int = 0) -> StripeGateway:
        gateways.append(StripeGateway(key, api_base=url, webhook_secret=WEBHOOK_SECRET, network_retries=retries))
        return gateways[-1]

    yield make
    for gateway in gateways:
        await gateway.close()


@pytest.fixture
async def database(mongo_uri: str) -> AsyncIterator[Database]:
    """A real MongoDB."""
    database = database_at(mongo_uri, default_name="payments", indexes=INDEXES)
    await database.run()
    yield database
    await database.close()


@pytest.fixture
def store(database: Database) -> MongoPaymentStore:
    """The store on a real MongoDB."""
    return MongoPaymentStore(database)
