"""The fault tests can fail: a loss is reported by the audit and by the load generator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ticketing_common.mongo import Database
from ticketing_test_support.faults import down
from ticketing_test_support.load import reconcile
from ticketing_test_support.stack import Stack


@asynccontextmanager
async def tickets_of(stack: Stack) -> AsyncIterator[Any]:
    """The collection of tickets."""
    database = Database(f"{stack.urls()['mongo']}/tickets", default_name="tickets", indexes={})
    yield database.collection("tickets")
    await database.close()


async def test_lost_ticket_is_reported(stack, load) -> None:
    async with load.user() as seller:
        ticket = await seller.sell()
    assert (await reconcile(stack, load)).problems == []
    async with tickets_of(stack) as tickets:
        document = await tickets.find_one_and_delete({"_id": ticket["id"]})
        problems = (await reconcile(stack, load, settle=1)).problems
        await tickets.insert_one(document)
    assert f"I6  ticket {ticket['id']}: orders knows it, but tickets does not" in problems
    assert any(f"ticket {ticket['id']}" in problem and problem.endswith(" is gone") for problem in problems)


async def test_lost_event_is_reported(stack, load) -> None:
    async with load.user() as seller:
        with down(stack, "nats"):
            ticket = await seller.sell()
            async with tickets_of(stack) as tickets:
                await tickets.update_one({"_id": ticket["id"]}, {"$set": {"outbox": []}})
    problems = (await reconcile(stack, load, settle=5)).problems
    assert any(problem.startswith("I6") and ticket["id"] in problem for problem in problems), problems
    assert any("ticket.created was not published" in problem for problem in problems)
