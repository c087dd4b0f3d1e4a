"""Frequency limits such as "5/minute", counted in Redis for all replicas, or in this process while Redis is away.

The strategy is the library's moving window: exact in every window, and one atomic script takes a slot or refuses it. A
fixed window allows twice the limit around its end, and the sliding window counter is an estimate. Slots are taken
before the work, so that concurrent attempts cannot exceed the limit, and given back when the outcome does not count.
The library cannot give back: `_release` removes the newest entry of the window, a list of times, newest first.
"""

import asyncio
import hashlib
import math
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, cast

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from pydantic import BeforeValidator, InstanceOf

from ticketing_common.errors import TooManyRequests
from ticketing_common.observability.dependencies import Dependency
from ticketing_common.redis_client import (
    AsyncRetry,
    BlockingConnectionPool,
    NoBackoff,
    RedisConnectionError,
    RedisError,
)

ResultT = TypeVar("ResultT")

KEY_PREFIX = "limits"
"""Keys in Redis are `limits:…`, with digests of the subjects, so that nothing personal is stored there."""

_TIMEOUT_SECONDS = 0.2
_TURNS = 20
_MAX_CONNECTIONS = 100
_PROBE_SECONDS = 1.0
_LONG_SECONDS = 120


def _parse(value: object) -> object:
    try:
        return parse(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError('must be a number of times per period, such as "5/minute" or "10/hour"') from None


Rate = Annotated[InstanceOf[RateLimitItem], BeforeValidator(_parse)]
"""A setting in the library's notation: "5/minute", "100 per 2 hours"."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `rate` for one subject; `what` begins the message of the refusal: "Too many failed sign-ins."."""

    name: str
    rate: RateLimitItem
    subject: tuple[str, ...]
    what: str

    @property
    def key(self) -> str:
        """What is counted, and for whom."""
        return f"{self.name}/{hashlib.blake2b(repr(self.subject).encode(), digest_size=16).hexdigest()}"


class Attempt:
    """Something that may turn out to count. It does not until `count()` is called."""

    def __init__(self) -> None:
        self.counted = False

    def count(self) -> None:
        """Keep the slots."""
        self.counted = True


class RateLimiter:
    """Counts in Redis, and in memory while Redis does not answer within `timeout` seconds: limits never stop a sale.

    A BackgroundTask: `run` looks for Redis while it is away, so that only the requests of that moment wait for it.
    Without `redis_url` each process counts for itself; not `enabled`, nothing is counted or refused.
    """

    name = "rate_limits"

    def __init__(
        self, redis_url: str | None = None, *, enabled: bool = True, timeout: float = _TIMEOUT_SECONDS
    ) -> None:
        self._enabled = enabled
        self._timeout = timeout
        self._memory = MovingWindowRateLimiter(MemoryStorage())
        self._redis = MovingWindowRateLimiter(_redis_storage(redis_url)) if redis_url and enabled else None
        self._away_since: float | None = None
        self._went_away = asyncio.Event()
        self._dependency = Dependency("redis", settle_seconds=0)  # `run` makes one call at a time

    @property
    def dependencies(self) -> "dict[str, RateLimiter]":
        """Redis, if there is one, for the readiness response."""
        return {"redis": self} if self._redis is not None else {}

    def status(self) -> str:
        """`up` or `down`."""
        return "up" if self._away_since is None else "down"

    async def hit(self, limit: Limit) -> None:
        """Count one; TooManyRequests when the limit is reached, and then it does not count."""
        if self._enabled:
            await self._acquire(limit)

    @asynccontextmanager
    async def attempt(self, *limits: Limit) -> AsyncIterator[Attempt]:
        """Hold a slot of each limit during the block, and afterwards if the attempt counts.

        TooManyRequests when one of them has none left.
        """
        attempt, held = Attempt(), list[tuple[MovingWindowRateLimiter, Limit]]()
        try:
            for limit in limits if self._enabled else ():
                held.append((await self._acquire(limit), limit))
            yield attempt
        finally:
            if not attempt.counted:
                for counter, limit in held:
                    await self._release(counter, limit)

    async def run(self) -> None:
        """Look for Redis whenever it is away, until cancelled."""
        while self._redis is not None:
            await self._went_away.wait()
            await asyncio.sleep(_PROBE_SECONDS)
            await self._probe(self._redis)

    async def close(self) -> None:
        """Close the connections."""
        if self._redis is not None:
            await _client(self._redis).connection_pool.disconnect()

    async def _acquire(self, limit: Limit) -> MovingWindowRateLimiter:
        """Where the slot was taken."""
        if self._redis is not None and self._away_since is None:
            try:
                await _within(self._timeout, _acquire_from(self._redis, limit))
            except (RedisError, OSError) as error:  # TimeoutError is an OSError
                self._note_away(error)
            else:
                self._dependency.succeeded()
                return self._redis
        await _acquire_from(self._memory, limit)
        return self._memory

    async def _release(self, counter: MovingWindowRateLimiter, limit: Limit) -> None:
        """Give back the newest slot. At worst the window opens earlier by the time that the attempt took."""
        key = limit.rate.key_for(limit.key)
        if counter is self._memory:
            events = cast(MemoryStorage, counter.storage).events.get(key)
            if events:
                del events[0]
        elif self._away_since is None:
            try:
                await _within(self._timeout, _client(counter).lpop(f"{KEY_PREFIX}:{key}"))
            except (RedisError, OSError) as error:
                self._note_away(error)

    async def _probe(self, redis: MovingWindowRateLimiter) -> None:
        """By a write: a full Redis answers pings."""
        try:
            await _within(self._timeout, redis.storage.incr("probe", 1))
        except (RedisError, OSError):
            return
        self._went_away.clear()
        self._away_since = None
        self._dependency.succeeded()

    def _note_away(self, error: Exception) -> None:
        if self._away_since is None:
            self._away_since = time.monotonic()
            self._went_away.set()
            self._dependency.failed(error, fallback="memory")


async def _acquire_from(counter: MovingWindowRateLimiter, limit: Limit) -> None:
    if await counter.hit(limit.rate, limit.key):
        return
    stats = await counter.get_window_stats(limit.rate, limit.key)
    seconds = max(1, math.ceil(stats.reset_time - time.time()))
    raise TooManyRequests(f"{limit.what} Try again in {_duration(seconds)}.", retry_after=seconds)


async def _within(seconds: float, work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """The result of `work`; TimeoutError when it does not come while the event loop is free for this long.

    Under load asyncio.timeout would also end those whose answer has come and was not read yet.
    """
    task = asyncio.ensure_future(work)
    try:
        for _ in range(_TURNS):
            if (await asyncio.wait((task,), timeout=seconds / _TURNS))[0]:
                return task.result()
    finally:
        if not task.done():
            task.cancel()
            task.add_done_callback(_ignore_result)
    raise TimeoutError(f"no answer within {seconds} s")


def _ignore_result(task: "asyncio.Task[Any]") -> None:
    """It may fail before it notices that it was cancelled, and asyncio logs exceptions that nobody reads."""
    if not task.cancelled():
        task.exception()


def _redis_storage(url: str) -> RedisStorage:
    """A bounded number of connections. One that a restart of Redis has cut is opened again at once."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=_MAX_CONNECTIONS,
        timeout=None,
        retry=AsyncRetry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )
    return RedisStorage(url, implementation="redispy", key_prefix=KEY_PREFIX, connection_pool=cast(Any, pool))


def _client(counter: MovingWindowRateLimiter) -> Any:
    return cast(Any, cast(RedisStorage, counter.storage).bridge).get_connection()


def _duration(seconds: int) -> str:
    if seconds >= _LONG_SECONDS:
        return f"{math.ceil(seconds / 60)} minutes"
    return f"{seconds} seconds" if seconds > 1 else "a second"
