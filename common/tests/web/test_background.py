"""The background tasks of a service stop with it."""

import asyncio
import contextlib

from ticketing_common.web.background import run_tasks


class MissesCancellation:
    """A task that loses its first cancellation, as code under Python 3.11's wait_for may."""

    name = "misses-cancellation"

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


async def test_lost_cancellation_is_repeated() -> None:
    task = MissesCancellation()
    async with asyncio.timeout(10), run_tasks([task]):
        await asyncio.sleep(0)
    assert (task.cancelled, task.closed) == (2, True)


class Crashes:
    """A task that crashes once."""

    name = "crashes"

    def __init__(self) -> None:
        self.runs = 0
        self.recovered = asyncio.Event()

    async def run(self) -> None:
        self.runs += 1
        if self.runs == 1:
            raise RuntimeError
        self.recovered.set()

    async def close(self) -> None: ...


async def test_crashed_task_is_restarted() -> None:
    task = Crashes()
    async with asyncio.timeout(10), run_tasks([task]):
        await task.recovered.wait()
    assert task.runs == 2
