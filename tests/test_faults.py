"""A representative part of `make test-faults`, small enough for every run."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.scenarios import (
    crash_repeatedly,
    expire_orders_after_redis_wipe,
    publish_invalid_messages,
    redeliver_events_shuffled,
)

from ticketing_test_support.crashes import CrashPoint
from ticketing_test_support.faults import kill
from ticketing_test_support.stack import Stack, ticketing

KILLED = ("orders-1", "nats", "mongo", "expiration-worker")
CRASHES = {
    "tickets-1": CrashPoint.AFTER_PUBLISH,
    "orders-1": CrashPoint.AFTER_WRITE,
    "payments": CrashPoint.BEFORE_ACK,
}


@pytest.fixture
def empty_dead_letters(stack: Stack) -> Iterator[None]:
    """Drop all dead letters afterwards."""
    yield
    ticketing("dead", "drop", "--all", "--yes", STATE_DIR=str(stack.state_dir))


async def test_killed_processes_lose_nothing_accepted(stack, load, verify_guarantees, tmp_path: Path) -> None:
    async with load.running():
        for name in KILLED:
            await load.sales(3)
            await asyncio.to_thread(kill, stack, name)
        for name, point in CRASHES.items():
            await crash_repeatedly(stack, load, tmp_path, name, point, times=1)
    await verify_guarantees()


async def test_redelivered_shuffled_events_change_nothing(stack, load, verify_guarantees) -> None:
    await verify_guarantees()  # no event is on its way
    await redeliver_events_shuffled(stack, load, events=100)
    await verify_guarantees()


async def test_orders_expire_after_redis_wipe(stack, load, verify_guarantees) -> None:
    await expire_orders_after_redis_wipe(stack, load, orders=15, still_open=1)
    await verify_guarantees()


async def test_invalid_messages_are_dead_lettered(stack, load, empty_dead_letters: None) -> None:
    letters = await publish_invalid_messages(stack, load)
    assert [letter.reason for letter in letters if "not a readable" not in letter.reason] == []
