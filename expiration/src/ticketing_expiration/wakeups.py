"""Wake-ups over Redis: the worker says that it has fired, the service's relay publishes at once.

One that is lost costs a second: the relay looks into the database by itself that often.
"""

import asyncio
from collections.abc import Callable

import structlog
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

CHANNEL = "expiration:fired"
_PING_SECONDS = 1.0
_ANSWER_WITHIN_SECONDS = 2.0
_RETRY_SECONDS = 0.5


def announce(redis: Redis, count: int) -> None:
    """Tell every replica of the service that `count` orders have fired; not at all while Redis is away."""
    try:
        redis.publish(CHANNEL, count)
    except RedisError as error:
        log.info("wakeup.not_sent", error=repr(error))


class Wakeups:
    """Calls `wake` at each announcement, and knows whether Redis answers."""

    name = "redis"

    def __init__(self, redis_url: str, *, wake: Callable[[], None]) -> None:
        self._redis_url = redis_url
        self._wake = wake
        self._connected = False

    def status(self) -> str:
        """`up` or `down`, for the readiness answer."""
        return "up" if self._connected else "down"

    async def run(self) -> None:
        """Listen for ever, through outages of Redis."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError, TimeoutError) as error:
                log.info("redis.unreachable", error=repr(error), retry_in_seconds=_RETRY_SECONDS)
            finally:
                self._connected = False
            await asyncio.sleep(_RETRY_SECONDS)

    async def close(self) -> None:
        """Nothing to let go: `_listen` closes its connections."""

    async def _listen(self) -> None:
        client = AsyncRedis.from_url(
            self._redis_url, socket_connect_timeout=_ANSWER_WITHIN_SECONDS, socket_timeout=_ANSWER_WITHIN_SECONDS
        )
        async with client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(CHANNEL)
            self._connected = True
            log.info("redis.connected")
            await self._hear(client, pubsub)

    async def _hear(self, client: AsyncRedis, pubsub: PubSub) -> None:
        loop = asyncio.get_running_loop()
        next_ping = loop.time()
        while True:
            if loop.time() >= next_ping:  # a Redis that hangs closes no connection
                async with asyncio.timeout(_ANSWER_WITHIN_SECONDS):
                    await client.ping()
                next_ping = loop.time() + _PING_SECONDS
            if await pubsub.get_message(timeout=_PING_SECONDS) is not None:
                self._wake()
