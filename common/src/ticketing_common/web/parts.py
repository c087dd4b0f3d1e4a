"""The parts of a service that run beside HTTP: database, broker, relay, subscriptions. Started and stopped in order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

_RESTART_SECONDS = 1.0
_CANCEL_AGAIN_SECONDS = 0.5


class Part(Protocol):
    """Something with a life of its own. `run` retries by itself and returns when there is nothing left to do."""

    name: str

    async def run(self) -> None:
        """Do the work until cancelled."""

    async def close(self) -> None:
        """Finish what is in hand and let go; called after `run` was cancelled."""


@contextlib.asynccontextmanager
async def running(parts: Sequence[Part]) -> AsyncIterator[None]:
    """Run all parts in the background. On leaving, all stop taking work at once, so that they finish side by side;
    then they are closed last to first, so that each still has what it needs."""
    tasks = [asyncio.create_task(_keep_running(part), name=part.name) for part in parts]
    try:
        yield
    finally:
        await asyncio.gather(*(_stop(task) for task in tasks))
        for part in reversed(parts):
            await _close(part)


async def _keep_running(part: Part) -> None:
    """A part that breaks for a reason nobody foresaw is started again: the process must converge by itself."""
    while True:
        try:
            return await part.run()
        except Exception:
            log.exception("part.failed", part=part.name, retry_in_seconds=_RESTART_SECONDS)
            await asyncio.sleep(_RESTART_SECONDS)


async def _stop(task: asyncio.Task[None]) -> None:
    """Cancel until it ends: Python 3.11's wait_for, which NATS's client uses, loses a cancellation that comes
    together with what was awaited."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CANCEL_AGAIN_SECONDS)


async def _close(part: Part) -> None:
    try:
        await part.close()
    except Exception:
        log.exception("part.not_closed", part=part.name)
