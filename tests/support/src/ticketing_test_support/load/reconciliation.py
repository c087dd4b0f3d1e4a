"""After a fault: does everything converge, is the audit clean, and is every accepted write stored and published?"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from ticketing_common.errors import Unavailable
from ticketing_test_support.load.generator import LoadGenerator
from ticketing_test_support.load.state import is_open, read_orders, read_state
from ticketing_test_support.operations import operate
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually

CLOSED_WITHIN_SECONDS = 120.0
SETTLE_SECONDS = 60.0


@dataclass(frozen=True)
class Reconciliation:
    """`seconds` until everything had converged; `problems` is empty when every guarantee holds."""

    seconds: float
    writes: int
    problems: list[str]

    def __str__(self) -> str:
        return f"converged after {self.seconds:.1f} s, {self.writes} accepted writes, {len(self.problems)} problems"


async def reconcile(stack: Stack, load: LoadGenerator, *, settle: float = SETTLE_SECONDS) -> Reconciliation:
    """Wait until no order is open, audit (for up to `settle` seconds), and look for each accepted write."""
    began = time.monotonic()

    async def all_orders_closed() -> bool:
        with suppress(Unavailable):  # a server is coming back
            return not any(map(is_open, await read_orders(stack.urls())))
        return False

    await eventually(all_orders_closed, within=CLOSED_WITHIN_SECONDS, every=0.5, what="all orders being closed")
    status, output = await asyncio.to_thread(operate, stack, "audit", "--settle", str(settle))
    seconds = time.monotonic() - began
    problems = output.splitlines() if status else []
    problems += load.lost(await read_state(stack.urls())) + load.record.unexpected
    return Reconciliation(seconds, len(load.record.accepted), problems)
