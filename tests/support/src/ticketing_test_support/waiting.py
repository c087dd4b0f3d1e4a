"""Wait for a condition instead of sleeping."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def eventually(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]],
    *,
    within: float = 10.0,
    every: float = 0.01,
    what: str = "the condition",
) -> None:
    """Wait until `condition` holds; AssertionError naming `what` when it does not in time."""
    deadline = time.monotonic() + within
    while True:
        holds = condition()
        if isinstance(holds, Awaitable):
            holds = await holds
        if holds:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not hold within {within:.0f} s")
        await asyncio.sleep(every)


def wait_until(condition: Callable[[], bool], *, within: float, what: str) -> None:
    """Block until `condition` holds; AssertionError naming `what` when it does not in time."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {within:.0f} s")
        time.sleep(0.02)
