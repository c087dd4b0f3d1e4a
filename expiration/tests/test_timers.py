"""Timers with RQ on the real Redis."""

import asyncio
import json
import time
import zlib
from collections.abc import AsyncIterator

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Callback, Queue
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from ticketing_expiration.timers import QUEUE, DueTimers, RqTimers, connect, job_id
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually


@pytest.fixture
async def timers(redis_url: str) -> AsyncIterator[RqTimers]:
    """The service's side, running."""
    timers = RqTimers(redis_url)
    running = asyncio.create_task(timers.run())
    yield timers
    running.cancel()
    await timers.close()


@pytest.fixture
def redis(redis_url: str) -> Redis:
    """A client of the same Redis."""
    return connect(redis_url)


def _scheduled(redis: Redis) -> list[str]:
    return [str(key, "ascii") for key in redis.zrange("rq:scheduled:expiration", 0, -1)]  # type: ignore[arg-type]


async def test_orders_of_one_second_share_a_job(timers: RqTimers, redis: Redis) -> None:
    soon = int(time.time()) + 60
    for _ in range(1_000):
        timers.set(soon)
    timers.set(soon + 1)
    await eventually(lambda: _scheduled(redis) == [job_id(soon), job_id(soon + 1)], what="both seconds being scheduled")


async def test_orders_of_one_second_share_redis_commands(timers: RqTimers, redis: Redis) -> None:
    soon = int(time.time()) + 60
    timers.set(soon)
    await eventually(lambda: len(_scheduled(redis)) == 1)
    hsets = _calls(redis, "hset")
    for _ in range(1_000):
        timers.set(soon)
    timers.set(soon + 1)
    await eventually(lambda: len(_scheduled(redis)) == 2)
    assert _calls(redis, "hset") - hsets <= 2


async def test_jobs_in_redis_are_json(timers: RqTimers, redis: Redis) -> None:
    soon = int(time.time()) + 60
    timers.set(soon)
    await eventually(lambda: redis.exists(f"rq:job:{job_id(soon)}") == 1)
    data = redis.hget(f"rq:job:{job_id(soon)}", "data")
    assert isinstance(data, bytes)
    assert json.loads(zlib.decompress(data)) == ["fire_due", None, [soon], {}]


async def test_due_job_runs_and_is_removed(timers: RqTimers, redis: Redis) -> None:
    now, fired = int(time.time()), list[int]()
    timers.set(now)
    timers.set(now + 60)
    await eventually(lambda: len(_scheduled(redis)) == 2)
    DueTimers(redis, fired.append).run_due()
    assert fired == [now]
    assert [key for key in redis.keys("rq:*") if job_id(now).encode() in key] == []
    assert _scheduled(redis) == [job_id(now + 60)]


async def test_job_enqueued_twice_runs_once(timers: RqTimers, redis: Redis) -> None:
    now, fired = int(time.time()), list[int]()
    timers.set(now)
    await eventually(lambda: _scheduled(redis) == [job_id(now)])
    redis.rpush("rq:queue:expiration", job_id(now))
    DueTimers(redis, fired.append).run_due()
    assert fired == [now]


async def test_functions_named_in_redis_never_run(redis: Redis) -> None:
    fired = list[int]()
    foreign = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
    foreign.enqueue("os._exit", 3, on_success=Callback("os.abort"), on_failure=Callback("os.abort"))
    DueTimers(redis, fired.append).run_due()
    assert fired == [3]


async def test_pickled_job_is_refused(timers: RqTimers, redis: Redis) -> None:
    now, fired = int(time.time()), list[int]()
    Queue(QUEUE, connection=redis).enqueue("os._exit", 3)
    timers.set(now)
    await eventually(lambda: _scheduled(redis) == [job_id(now)])
    DueTimers(redis, fired.append).run_due()
    assert fired == [now]


async def test_failing_job_does_not_stop_the_next(timers: RqTimers, redis: Redis) -> None:
    now, fired = int(time.time()), list[int]()

    def fail(second: int) -> None:
        fired.append(second)
        raise RuntimeError("for once")

    for second in (now - 1, now):
        timers.set(second)
    await eventually(lambda: len(_scheduled(redis)) == 2)
    DueTimers(redis, fail).run_due()
    assert fired == [now - 1, now]
    assert StartedJobRegistry(QUEUE, connection=redis).get_job_ids(cleanup=False) == []


async def test_timers_are_scheduled_after_a_redis_outage(own_redis: Server) -> None:
    timers = RqTimers(own_redis.url)
    running = asyncio.create_task(timers.run())
    soon = int(time.time()) + 60
    timers.set(soon)
    timers.set(soon - 120)
    await eventually(lambda: timers.status() == "down", what="the outage being noticed")
    own_redis.start()
    redis = connect(own_redis.url)
    await eventually(lambda: _scheduled(redis) == [job_id(soon)], what="the second being scheduled")
    running.cancel()
    await timers.close()


async def test_worker_without_redis_fails_fast(own_redis: Server) -> None:
    with pytest.raises(RedisError):
        DueTimers(connect(own_redis.url), lambda _second: None)


def _calls(redis: Redis, command: str) -> int:
    return int(redis.info("commandstats").get(f"cmdstat_{command}", {"calls": 0})["calls"])
