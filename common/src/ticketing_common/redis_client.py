"""redis-py, for all that uses Redis.

Where OpenTelemetry's SDK is installed, redis-py imports its metrics, which are switched on by nobody here: 0.2 s and
4 MB for every process. Imported from here it does not find them.
"""

import sys

_METRICS = "opentelemetry.sdk.metrics"
_hidden = _METRICS not in sys.modules
if _hidden:
    sys.modules[_METRICS] = None  # type: ignore[assignment]  # importing it fails
try:
    from redis import Redis
    from redis.asyncio import Redis as AsyncRedis
    from redis.asyncio.client import PubSub
    from redis.asyncio.connection import BlockingConnectionPool
    from redis.asyncio.retry import Retry as AsyncRetry
    from redis.backoff import NoBackoff
    from redis.exceptions import ConnectionError as RedisConnectionError
    from redis.exceptions import RedisError
    from redis.retry import Retry
finally:
    if _hidden:
        del sys.modules[_METRICS]

__all__ = [
    "AsyncRedis",
    "AsyncRetry",
    "BlockingConnectionPool",
    "NoBackoff",
    "PubSub",
    "Redis",
    "RedisConnectionError",
    "RedisError",
    "Retry",
]
