"""The parts of a service stop when it does."""

import asyncio
import contextlib

from ticketing_common.web.background import run_tasks


class Deaf:
    """A part that misses its first cancellation, as code under Python 3.11's wait_for may."""

    name = "deaf"

    def __init__(self) -> None:
        self.cancelled = 0
        self.closed = False

    async def run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await self._wait()
        await self._wait()

    async def close(self) -> None:
        self.closed = True

    async def _wait(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled += 1


async def test_a_part_that_misses_a_cancellation_is_cancelled_again() -> None:
    part = Deaf()
    async with asyncio.timeout(10), run_tasks([part]):
        await asyncio.sleep(0)
    assert (part.cancelled, part.closed) == (2, True)
