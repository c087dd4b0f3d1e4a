"""One death: armed, come to, and the process that is started instead."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx

from ticketing_common.testing.crash_points import Place, Point, arm, death, disarm
from ticketing_common.testing.recorder import eventually
from ticketing_local.testing.crashing.stack import folder_of
from ticketing_local.testing.stack import Stack

COME_TO_WITHIN_SECONDS = 120.0
BACK_WITHIN_SECONDS = 90.0
READY_SECONDS = 2.0
PAUSE_SECONDS = 0.1


class NeverCome(AssertionError):
    """No process has come to the place in time."""


class Fatal:
    """Lets a process die at `place`, once. `over` is set when it has, and another one has taken its place."""

    def __init__(self, stack: Stack, process: str, place: Place) -> None:
        self._stack = stack
        self._process = process
        self._place = place
        self._folder = folder_of(stack.state_dir, process)
        self.over = asyncio.Event()

    @asynccontextmanager
    async def __call__(self, about: str = "") -> AsyncIterator[Callable[[], bool]]:
        """Armed for what contains `about` while inside; yields whether it has struck. On leaving, waits for it.

        Raises NeverCome when no process comes there: a point that is never come to proves nothing.
        """
        name = arm(self._folder, Point(self._place, about))
        try:
            yield lambda: death(self._folder, name) is not None
            pid = await self._pid_of_the_dead(name)
        finally:
            disarm(self._folder, name)
        await self._back(pid)
        self.over.set()

    async def _pid_of_the_dead(self, name: str) -> int:
        what = f"a process of {self._process} coming to {self._place}"
        try:
            await eventually(lambda: death(self._folder, name) is not None, within=COME_TO_WITHIN_SECONDS, what=what)
        except AssertionError as error:
            raise NeverCome(str(error)) from None
        return death(self._folder, name) or 0

    async def _back(self, dead: int) -> None:
        """Gone, and every replica ready: another process answers there. (The worker answers nobody.)"""
        mine = [
            url for name, url in self._stack.urls().items() if folder_of(self._stack.state_dir, name) == self._folder
        ]
        async with httpx.AsyncClient(trust_env=False, timeout=READY_SECONDS) as http:

            async def is_back() -> bool:
                await asyncio.sleep(PAUSE_SECONDS)
                return _is_gone(dead) and all([await _is_ready(http, url) for url in mine])

            what = f"{self._process} coming back after pid {dead} died"
            await eventually(is_back, within=BACK_WITHIN_SECONDS, what=what)


def _is_gone(pid: int) -> bool:
    """Its host has seen it die."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def _is_ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/healthz/ready")).is_success
    except httpx.HTTPError:
        return False
