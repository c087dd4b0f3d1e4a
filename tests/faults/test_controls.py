"""The tests with faults can fail: what is lost behind everybody's back is told."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from tests.faults.scenes import somebody

from ticketing_common.mongo import Database
from ticketing_test_support.breaking import down
from ticketing_test_support.crowd import Crowd, reckon
from ticketing_test_support.stack import Stack

Collection = Any
Open = Callable[[str], AbstractAsyncContextManager[Collection]]


@pytest.fixture
def collection(stack: Stack) -> Open:
    """Opens the collection of this service that is named like it."""

    @asynccontextmanager
    async def opened(name: str) -> AsyncIterator[Collection]:
        database = Database(f"{stack.urls()['mongo']}/{name}", default_name=name, indexes={})
        yield database.collection(name)
        await database.close()

    return opened


async def test_a_ticket_that_is_lost_is_told_by_audit_and_bookkeeping(
    stack: Stack, crowd: Crowd, collection: Open
) -> None:
    async with somebody(stack, crowd) as seller:
        ticket = await seller.sell()
    assert (await reckon(stack, crowd)).troubles == []
    async with collection("tickets") as tickets:
        document = await tickets.find_one_and_delete({"_id": ticket["id"]})
        told = await reckon(stack, crowd, settle=1)
        await tickets.insert_one(document)
    assert f"I6  ticket {ticket['id']}: orders knows it, but tickets does not" in told.troubles
    assert any(f"ticket {ticket['id']}" in line and line.endswith(" is gone") for line in told.troubles)


async def test_an_event_that_is_lost_is_told_by_audit_and_bookkeeping(
    stack: Stack, crowd: Crowd, collection: Open
) -> None:
    async with somebody(stack, crowd) as seller:
        with down(stack, "nats"):
            ticket = await seller.sell()
            async with collection("tickets") as tickets:
                await tickets.update_one({"_id": ticket["id"]}, {"$set": {"outbox": []}})
    told = await reckon(stack, crowd, settle=5)
    assert any("orders has not heard of it" in line for line in told.troubles)
    assert any("ticket.created was never said" in line for line in told.troubles)
