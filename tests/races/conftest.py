"""Two places to race in: the running stack, and a lab where a guard can be switched off."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.races.lab import Lab, OpenLab, Servers, opened
from tests.races.market import Market, Person
from tests.races.rounds import Rounds

from ticketing_common.messaging import connect_readonly
from ticketing_local.commands.ps import addresses
from ticketing_local.state import StateDir
from ticketing_ops.audit.reader import open_reader
from ticketing_test_support.servers import Server, started
from ticketing_test_support.stack import Stack, ticketing
from ticketing_test_support.stripe_emulator import stripe_emulator

SECONDS_A_ROUND = 5
LONG_RUN = 20  # rounds
THROUGH_THE_GATEWAY = ("auth", "tickets", "orders", "payments")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Many rounds take their time; a short run leaves out the slow races and the controls."""
    rounds = config.getoption("--rounds")
    left_out = [item for item in items if item.get_closest_marker("long_run") and rounds < LONG_RUN]
    for item in items:
        if "races" in item.path.parts:
            item.add_marker(pytest.mark.timeout(120 + SECONDS_A_ROUND * rounds))
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Rounds:
    """As many as the option --rounds says, with the seed of --race-seed."""
    seed = request.config.getoption("--race-seed") or secrets.token_hex(4)
    return Rounds(request.config.getoption("--rounds"), seed)


@pytest.fixture(scope="session")
def stack_audited_at_its_end(stack: Stack) -> Iterator[Stack]:
    """The stack; when everything is over, nothing is wrong in it."""
    yield stack
    answer = ticketing("audit", "--settle", "60", STATE_DIR=str(stack.state_dir))
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.fixture
async def market(stack_audited_at_its_end: Stack) -> AsyncIterator[Market]:
    """The running stack, through its gateway."""
    stack = stack_audited_at_its_end
    urls = addresses(StateDir(stack.state_dir))
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with (
        open_reader(urls) as reader,
        connect_readonly(urls["nats"]) as jetstream,
        httpx.AsyncClient(base_url=stack.url, timeout=60, limits=limits, trust_env=False) as http,
    ):
        yield Market({service: [http] for service in THROUGH_THE_GATEWAY}, reader, jetstream)


@pytest.fixture
async def seller(market: Market) -> Person:
    """Somebody who sells."""
    return await market.person()


@pytest.fixture
async def buyer(market: Market) -> Person:
    """Somebody who buys."""
    return await market.person()


@pytest.fixture(scope="session")
def race_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Stripe for the labs; it sends no webhooks."""
    with started(stripe_emulator(tmp_path_factory.mktemp("race-stripe"))) as server:
        yield server


@pytest.fixture
async def open_lab(
    mongo_server_url: str, nats_url: str, redis_url: str, race_emulator: Server
) -> AsyncIterator[OpenLab]:
    """Opens a lab of this test's own."""
    servers = Servers(f"{mongo_server_url}/race_{uuid4().hex[:8]}", nats_url, redis_url, race_emulator.url)
    async with AsyncExitStack() as opening:

        async def open_one(**options: Any) -> Lab:
            return await opening.enter_async_context(opened(servers, **options))

        yield open_one


@pytest.fixture
async def crowd(market: Market, rounds: Rounds) -> list[Person]:
    """A hundred buyers; in a short run a part of them, who come with several tabs each."""
    return list(await asyncio.gather(*(market.person() for _ in range(min(100, 5 * rounds.count)))))
