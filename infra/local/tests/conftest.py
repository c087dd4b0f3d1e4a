"""A small stack on real servers."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from ticketing_local.ports import free_gateway_port
from ticketing_test_support.stack import Stack, started

SMALL_STACK = (sys.executable, str(Path(__file__).with_name("small_stack.py")))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Shared, with two replicas of tickets; do not stop it."""
    state_dir = tmp_path_factory.mktemp("stack") / "50 % of it; or so"
    with started(state_dir, free_gateway_port(), SMALL_STACK, REPLICAS="tickets=2") as running:
        yield running


@pytest.fixture
def start_stack(tmp_path: Path) -> Callable[[], AbstractContextManager[Stack]]:
    """Starts another stack, in `tmp_path / "state"`."""
    return lambda: started(tmp_path / "state", free_gateway_port(), SMALL_STACK)
