"""When the trouble is over: does everything come to rest, is the audit clean, and was every promise kept?"""

import asyncio
import time
from dataclasses import dataclass

from ticketing_common.errors import Unavailable
from ticketing_test_support.crowd.crowd import Crowd
from ticketing_test_support.crowd.evidence import Evidence, gather
from ticketing_test_support.stack import Stack, ticketing

CLOSED_WITHIN_SECONDS = 120.0
SETTLE_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class Reckoning:
    """`seconds` from the call until everything was at rest; `audit` is what `ticketing audit` said."""

    seconds: float
    promises: int
    audit: str
    troubles: list[str]

    def __str__(self) -> str:
        return f"at rest after {self.seconds:.1f} s, {self.promises} promises, {len(self.troubles)} broken"


async def reckon(stack: Stack, crowd: Crowd, *, settle: float = SETTLE_SECONDS) -> Reckoning:
    """Wait until no order is open, audit (which waits `settle` seconds for the rest), and look for each promise."""
    began = time.monotonic()
    open_orders = await _all_closed(stack)
    audit = await asyncio.to_thread(ticketing, "audit", "--settle", str(settle), STATE_DIR=str(stack.state_dir))
    seconds = time.monotonic() - began
    troubles = [f"order {order_id} never closed" for order_id in open_orders]
    if audit.returncode != 0:
        troubles += (audit.stdout + audit.stderr).splitlines()
    troubles += crowd.lost(await gather(stack.urls())) + crowd.notes.surprises
    return Reckoning(seconds, len(crowd.notes.promises), audit.stdout, troubles)


async def _all_closed(stack: Stack) -> list[str]:
    """The orders that are still open when it is time to give up."""
    give_up = time.monotonic() + CLOSED_WITHIN_SECONDS
    while True:
        evidence = await _gathered(stack)
        if evidence is not None and not evidence.open_orders():
            return []
        if time.monotonic() > give_up:
            return evidence.open_orders() if evidence is not None else ["(nothing could be read)"]
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _gathered(stack: Stack) -> Evidence | None:
    """None while a server is coming back."""
    try:
        return await gather(stack.urls())
    except Unavailable:
        return None
