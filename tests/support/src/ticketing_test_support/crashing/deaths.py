"""One death: armed, come to, and the process that is started instead."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import httpx

from ticketing_test_support.crash_points import Place, Point, arm, death, disarm
from ticketing_test_support.crashing.stack import folder_of
from ticketing_test_support.recorder import eventually
from ticketing_test_support.stack import Stack

COME_TO_WITHIN_SECONDS = 120.0
BACK_WITHIN_SECONDS = 90.0
READY_SECONDS = 2.0
PAUSE_SECONDS = 0.1


class Fatal:
    """Lets a process die at `place`, once. `over` is set when it has, and another one has taken its place."""

    def __init__(self, stack: Stack, process: str, place: Place) -> None:
        self._stack = stack
        self._process = process
        self._place = place
        self._folder = folder_of(stack.state_dir, process)
        self.over = asyncio.Event()

    def __str__(self) -> str:
        return f"{self._process} at {self._place}"

    @asynccontextmanager
    async def __call__(self, about: str = "") -> AsyncIterator[Callable[[], bool]]:
        """Armed for what contains `about` while inside; yields whether the death may still come. On leaving, waits.

        When no process comes there in time it goes on, with `over` not set: what is done must be right with the death
        and without it.
        """
        name, give_up = arm(self._folder, Point(self._place, about)), time.monotonic() + COME_TO_WITHIN_SECONDS
        try:
            yield lambda: death(self._folder, name) is None and time.monotonic() < give_up
            dead = await self._pid_of_the_dead(name)
        finally:
            disarm(self._folder, name)
        if dead is not None:
            await self._back(dead)
            self.over.set()

    async def _pid_of_the_dead(self, name: str) -> int | None:
        with suppress(AssertionError):
            await eventually(lambda: death(self._folder, name) is not None, within=COME_TO_WITHIN_SECONDS)
        return death(self._folder, name)

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
