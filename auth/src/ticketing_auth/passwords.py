"""Passwords: argon2id, off the event loop, and only so many at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ticketing_common.errors import Unavailable

# OWASP's second choice for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Passwords:
    """Hashes and verifies. At most `at_once` run, `waiting` more may wait; a flood beyond that gets 503, so that it
    can take neither all the memory nor all the time."""

    def __init__(self, *, at_once: int = 2, waiting: int = 200) -> None:
        self._threads = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="argon2")
        self._places = at_once + waiting
        self._taken = 0
        # Verified against where there is no user, so that the answer takes the same time.
        self._nobody = _HASHER.hash("nobody's password")

    async def hash(self, password: str) -> str:
        """The argon2id hash of a new password."""
        return str(await self._run(partial(_HASHER.hash, password)))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is the one behind the hash; for None (no such user) False after the same time."""
        matches = await self._run(partial(_matches, password_hash or self._nobody, password))
        return bool(matches) and password_hash is not None

    async def _run(self, work: partial[str] | partial[bool]) -> str | bool:
        if self._taken >= self._places:
            raise Unavailable("Too many people are signing in right now. Try again in a few seconds.")
        self._taken += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._taken -= 1


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
