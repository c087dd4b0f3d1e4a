"""Password hashing: argon2id, off the event loop, with bounded concurrency."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ticketing_common.errors import Unavailable

# OWASP's second choice for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
_ARGON2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Argon2Hasher:
    """A ports.PasswordHasher that works in `threads` threads, with up to `max_queued` requests waiting.

    Further ones get Unavailable, so that a flood of sign-ins can exhaust neither memory nor CPU time.
    """

    def __init__(self, *, threads: int = 2, max_queued: int = 200) -> None:
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="argon2")
        self._capacity = threads + max_queued
        self._in_progress = 0
        # Verified against when there is no such user, so that the response takes the same time.
        self._dummy_hash = _ARGON2.hash("dummy")

    async def hash(self, password: str) -> str:
        return str(await self._run(partial(_ARGON2.hash, password)))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        matches = await self._run(partial(_matches, password_hash or self._dummy_hash, password))
        return bool(matches) and password_hash is not None

    async def _run(self, work: partial[str] | partial[bool]) -> str | bool:
        if self._in_progress >= self._capacity:
            raise Unavailable("Too many sign-ins at the moment. Try again in a few seconds.")
        self._in_progress += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._in_progress -= 1


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _ARGON2.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
