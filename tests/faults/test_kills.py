"""Any process is killed at any moment, under load."""

import asyncio

import pytest

from ticketing_test_support.faults import kill

SERVICES = ("auth", "tickets", "orders-1", "payments", "expiration", "expiration-worker")
SERVERS = ("mongo", "nats", "redis", "stripe")


@pytest.mark.parametrize("name", [*SERVICES, *SERVERS])
async def test_killed_process_loses_nothing_accepted(stack, load, verify_guarantees, name: str) -> None:
    async with load.running():
        for _ in range(2):
            await load.sales(10)
            await asyncio.to_thread(kill, stack, name)
        await load.sales(10)
    await verify_guarantees()
