"""Password hashing: argon2id, off the event loop, with bounded concurrency, and fair between clients."""

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ticketing_auth.fair_pool import FairPool
from ticketing_auth.metrics import HASHING_DURATION, HASHING_QUEUE_LENGTH
from ticketing_auth.password_policy import normalize
from ticketing_auth.ports import Verification

ResultT = TypeVar("ResultT")

# OWASP's second choice for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
_ARGON2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Argon2Hasher:
    """A ports.PasswordHasher that works in `threads` threads, with up to `max_queued` requests waiting.

    Further ones get Unavailable, so that a flood of sign-ins can exhaust neither memory nor CPU time. One address has
    at most a quarter of the places, and those with the fewest wrong passwords and new accounts lately are first.
    """

    def __init__(self, *, threads: int = 2, max_queued: int = 400) -> None:
        self._pool = FairPool(threads=threads, max_waiting=max_queued, max_per_client=max(1, max_queued // 4))
        HASHING_QUEUE_LENGTH.set_function(lambda: self._pool.waiting)
        # Verified against when there is no such user, so that the response takes the same time.
        self._dummy_hash = _ARGON2.hash("dummy")

    async def hash(self, password: str, *, address: str) -> str:
        return await self._run(address, partial(_ARGON2.hash, normalize(password)))

    async def verify(self, password: str, password_hash: str | None, *, address: str) -> Verification:
        result = await self._run(address, partial(_verify, password_hash or self._dummy_hash, password))
        if password_hash is None or not result.matches:
            return Verification(matches=False)
        self._pool.reward(address)
        return result

    async def _run(self, address: str, work: Callable[[], ResultT]) -> ResultT:
        started = time.perf_counter()
        result = await self._pool.run(address, work)
        HASHING_DURATION.observe(time.perf_counter() - started)
        return result


def _verify(password_hash: str, password: str) -> Verification:
    """Earlier releases did not normalise: where the forms differ, the hash may be of either."""
    normalized = normalize(password)
    for form in dict.fromkeys((normalized, password)):
        if _matches(password_hash, form):
            outdated = form != normalized or _ARGON2.check_needs_rehash(password_hash)
            return Verification(matches=True, upgraded_hash=_ARGON2.hash(normalized) if outdated else None)
    return Verification(matches=False)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _ARGON2.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
