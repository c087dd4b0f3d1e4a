"""Wake-ups over Redis pub/sub: the worker has fired, so the service's relay publishes at once.

A lost wake-up costs a second: the relay sweeps the database that often.
"""

import asyncio
from collections.abc import Callable

from ticketing_common.observability.dependencies import REDIS
from ticketing_common.redis_client import AsyncRedis, PubSub, Redis, RedisError

CHANNEL = "expiration:fired"
_PING_SECONDS = 1.0
_TIMEOUT_SECONDS = 2.0
_RETRY_SECONDS = 0.5


def publish_wakeup(redis: Redis, count: int) -> None:
    """Wake every replica of the service: `count` orders have fired. Does nothing while Redis is unreachable."""
    try:
        redis.publish(CHANNEL, count)
    except RedisError as error:
        REDIS.failed(error, fallback="sweep")


class Wakeups:
    """Calls `wake` at each wake-up, and tracks whether Redis responds."""

    name = "redis"

    def __init__(self, redis_url: str, *, wake: Callable[[], None]) -> None:
        self._redis_url = redis_url
        self._wake = wake
        self._connected = False

    def status(self) -> str:
        """`up` or `down`, for the readiness response."""
        return "up" if self._connected else "down"

    async def run(self) -> None:
        """Listen until cancelled, through outages of Redis."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError, TimeoutError) as error:
                REDIS.failed(error, fallback="sweep")
            finally:
                self._connected = False
            await asyncio.sleep(_RETRY_SECONDS)

    async def close(self) -> None:
        """Nothing to release: `_listen` closes its connections."""

    async def _listen(self) -> None:
        client = AsyncRedis.from_url(
            self._redis_url, socket_connect_timeout=_TIMEOUT_SECONDS, socket_timeout=_TIMEOUT_SECONDS
        )
        async with client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(CHANNEL)
            self._connected = True
            await self._receive(client, pubsub)

    async def _receive(self, client: AsyncRedis, pubsub: PubSub) -> None:
        loop = asyncio.get_running_loop()
        next_ping = loop.time()
        while True:
            if loop.time() >= next_ping:  # a hung Redis closes no connection
                async with asyncio.timeout(_TIMEOUT_SECONDS):
                    await client.ping()
                REDIS.succeeded()
                next_ping = loop.time() + _PING_SECONDS
            if await pubsub.get_message(timeout=_PING_SECONDS) is not None:
                self._wake()
