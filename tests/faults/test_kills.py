"""Any process is killed at any moment, with people buying and selling: nothing accepted is lost."""

import asyncio

import pytest

from ticketing_test_support.breaking import kill
from ticketing_test_support.crowd import Crowd
from ticketing_test_support.stack import Stack

SERVICES = ("auth", "tickets", "orders-1", "payments", "expiration", "expiration-worker")
SERVERS = ("mongo", "nats", "redis", "stripe")


@pytest.mark.parametrize("name", [*SERVICES, *SERVERS])
async def test_nothing_accepted_is_lost_when_one_is_killed_twice(
    stack: Stack, crowd: Crowd, all_is_well, name: str
) -> None:
    async with crowd.shopping():
        for _ in range(2):
            await crowd.sales(10)
            await asyncio.to_thread(kill, stack, name)
        await crowd.sales(10)
    await all_is_well()
