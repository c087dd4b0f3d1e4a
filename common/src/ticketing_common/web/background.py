"""Background tasks of a service: database, broker, relay, consumers. Started and stopped in order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

_RESTART_SECONDS = 1.0
_CANCEL_AGAIN_SECONDS = 0.5


class BackgroundTask(Protocol):
    """Work that runs beside HTTP. `run` handles its own retries and returns when there is nothing left to do."""

    name: str

    async def run(self) -> None:
        """Do the work until cancelled."""

    async def close(self) -> None:
        """Finish what is in progress and release resources; called after `run` was cancelled."""


@contextlib.asynccontextmanager
async def run_tasks(tasks: Sequence[BackgroundTask]) -> AsyncIterator[None]:
    """Run all tasks in the background. On exit all are cancelled at once, so that they finish concurrently, then
    closed in reverse order, so that each still has its dependencies."""
    running = [asyncio.create_task(_keep_running(task), name=task.name) for task in tasks]
    try:
        yield
    finally:
        await asyncio.gather(*(_stop(task) for task in running))
        for task in reversed(tasks):
            await _close(task)


async def _keep_running(task: BackgroundTask) -> None:
    """Restart a task that raised: the process must recover without a person."""
    while True:
        try:
            return await task.run()
        except Exception:
            log.exception("task.crashed", task=task.name, retry_in_seconds=_RESTART_SECONDS)
            await asyncio.sleep(_RESTART_SECONDS)


async def _stop(task: asyncio.Task[None]) -> None:
    """Cancel until it ends: Python 3.11's wait_for, which the NATS client uses, can lose a cancellation that arrives
    together with the awaited result."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CANCEL_AGAIN_SECONDS)


async def _close(task: BackgroundTask) -> None:
    try:
        await task.close()
    except Exception:
        log.exception("task.close_failed", task=task.name)
