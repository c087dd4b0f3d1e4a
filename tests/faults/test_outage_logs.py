"""An outage of a dependency leaves two lines in the log of each process, however long it lasts."""

import asyncio
from typing import Any

import pytest

from ticketing_test_support.faults import down
from ticketing_test_support.waiting import eventually

OUTAGE_SECONDS = 30
EVENTS = ("dependency.unavailable", "dependency.recovered")
PROCESSES = {
    "mongo": ("auth", "tickets", "orders-1", "orders-2", "payments", "expiration"),
    "nats": ("auth", "tickets", "orders-1", "orders-2", "payments", "expiration"),
    "redis": ("expiration", "expiration-worker"),
    "stripe": ("payments",),
}
NAMES = {"mongo": "mongodb"}
# Money that was captured while NATS is away waits for it, which is logged as that.
CONSEQUENCE = "payment.unreconciled"


def attention(stack: Any, process: str) -> list[tuple[str, str | None]]:
    """The events that concern a dependency, and others that need attention."""
    return [
        (line["event"], line.get("dependency"))
        for line in stack.log_lines(process)
        if line["event"] in EVENTS or (line["level"] not in ("debug", "info") and line["event"] != CONSEQUENCE)
    ]


@pytest.mark.parametrize("dependency", PROCESSES)
async def test_outage_is_one_warning_and_one_line_when_it_is_over(stack, load, verify_guarantees, dependency) -> None:
    async with load.running():
        await load.sales(5)
        before = {process: len(attention(stack, process)) for process in PROCESSES[dependency]}

        def logged(process: str) -> list[tuple[str, str | None]]:
            return attention(stack, process)[before[process] :]

        with down(stack, dependency):
            await asyncio.sleep(OUTAGE_SECONDS)
        await load.sales(20)
        expected = [(event, NAMES.get(dependency, dependency)) for event in EVENTS]
        for process in PROCESSES[dependency]:
            await eventually(lambda process=process: EVENTS[1] in dict(logged(process)), within=30, what=process)
        assert {process: logged(process) for process in PROCESSES[dependency]} == dict.fromkeys(
            PROCESSES[dependency], expected
        )
    await verify_guarantees()
