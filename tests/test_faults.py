"""A representative part of `make test-faults`, small enough for every run."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.scenes import (
    crash_repeatedly,
    every_event_comes_ten_times_more_and_shuffled,
    every_order_expires_though_redis_is_wiped,
    poison_is_parked_by_each_hearer_and_blocks_nobody,
)

from ticketing_test_support.breaking import kill
from ticketing_test_support.crashes import CrashPoint
from ticketing_test_support.crowd import Crowd
from ticketing_test_support.stack import Stack, ticketing

OPEN_ORDERS = 15
REPEATED_EVENTS = 100
CRASHES = {
    "tickets-1": CrashPoint.AFTER_PUBLISH,
    "orders-1": CrashPoint.AFTER_WRITE,
    "payments": CrashPoint.BEFORE_ACK,
}


@pytest.fixture
def nothing_parked_afterwards(stack: Stack) -> Iterator[None]:
    """Whatever became of the test."""
    yield
    ticketing("dead", "drop", "--all", "--yes", STATE_DIR=str(stack.state_dir))


async def test_nothing_accepted_is_lost_when_one_after_the_other_is_killed(
    stack: Stack, crowd: Crowd, all_is_well
) -> None:
    async with crowd.shopping():
        for name in ("orders-1", "nats", "mongo", "expiration-worker"):
            await crowd.sales(3)
            await asyncio.to_thread(kill, stack, name)
        await crowd.sales(3)
    await all_is_well()


async def test_processes_killed_at_crash_points_lose_nothing(
    stack: Stack, crowd: Crowd, all_is_well, tmp_path: Path
) -> None:
    async with crowd.shopping():
        for name, point in CRASHES.items():
            await crash_repeatedly(stack, crowd, tmp_path, name, point, times=1)
    await all_is_well()


async def test_events_may_come_ten_times_more_and_shuffled(stack: Stack, crowd: Crowd, all_is_well) -> None:
    await all_is_well()  # nothing is on its way any more
    await every_event_comes_ten_times_more_and_shuffled(stack, crowd, events=REPEATED_EVENTS)
    await all_is_well()


async def test_orders_expire_though_redis_is_wiped(stack: Stack, crowd: Crowd, all_is_well) -> None:
    await every_order_expires_though_redis_is_wiped(stack, crowd, orders=OPEN_ORDERS, still_open=1)
    await all_is_well()


async def test_poison_is_parked_and_blocks_nobody(stack: Stack, crowd: Crowd, nothing_parked_afterwards: None) -> None:
    letters = await poison_is_parked_by_each_hearer_and_blocks_nobody(stack, crowd)
    assert [letter.reason for letter in letters if "not a readable" not in letter.reason] == []
