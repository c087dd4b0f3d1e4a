"""Systems to race in, rounds, and which races a short run leaves out."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial

import pytest
from tests.races.race import Rounds
from tests.races.system import RacedSystem, in_process, running_stack

from ticketing_test_support.operations import operate
from ticketing_test_support.servers import Server, started
from ticketing_test_support.stack import Stack
from ticketing_test_support.stripe_emulator import stripe_emulator

SECONDS_PER_ROUND = 5
MANY_ROUNDS = 20
Open = Callable[..., AbstractAsyncContextManager[RacedSystem]]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Many rounds take their time; a short run leaves out the slow races and the defects."""
    count = config.getoption("--rounds")
    left_out = [item for item in items if item.get_closest_marker("long_run") and count < MANY_ROUNDS]
    for item in items:
        if "races" in item.path.parts:
            item.add_marker(pytest.mark.timeout(120 + SECONDS_PER_ROUND * count))
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Rounds:
    """As many as the option --rounds says, with the seed of --race-seed."""
    seed = request.config.getoption("--race-seed") or secrets.token_hex(4)
    return Rounds(request.config.getoption("--rounds"), seed)


@pytest.fixture(scope="session")
def audited_stack(stack: Stack) -> Iterator[Stack]:
    """The stack; at the end of the run its audit is clean."""
    yield stack
    status, output = operate(stack, "audit", "--settle", "60")
    assert status == 0, output


@pytest.fixture
def open_stack(audited_stack: Stack, rounds: Rounds) -> Open:
    """Opens the running stack, with up to a hundred buyers."""
    return partial(running_stack, audited_stack.url, audited_stack.urls(), buyers=min(100, 5 * rounds.count))


@pytest.fixture(scope="session")
def race_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Stripe for systems in this process; it sends no webhooks."""
    with started(stripe_emulator(tmp_path_factory.mktemp("race-stripe"))) as server:
        yield server


@pytest.fixture
def open_in_process(mongo_server_url: str, nats_url: str, redis_url: str, race_emulator: Server) -> Open:
    """Opens a system in this process."""
    urls = {"mongo": mongo_server_url, "nats": nats_url, "redis": redis_url, "stripe": race_emulator.url}
    return partial(in_process, urls)
