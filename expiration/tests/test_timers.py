"""Timers with RQ on the real Redis."""

import asyncio
import json
import time
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

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
    """A look into the same Redis."""
    return connect(redis_url)


def _scheduled(redis: Redis) -> list[str]:
    return [str(key, "ascii") for key in redis.zrange("rq:scheduled:expiration", 0, -1)]  # type: ignore[arg-type]


async def test_all_orders_of_a_second_share_one_job(timers: RqTimers, redis: Redis) -> None:
    soon = int(time.time()) + 60
    for _ in range(1_000):
        timers.set(soon)
    timers.set(soon + 1)
    await eventually(lambda: _scheduled(redis) == [job_id(soon), job_id(soon + 1)], what="both seconds being scheduled")


async def test_a_thousand_orders_of_a_second_cost_no_more_commands_than_one(timers: RqTimers, redis: Redis) -> None:
    soon = int(time.time()) + 60
    timers.set(soon)
    await eventually(lambda: len(_scheduled(redis)) == 1)
    hsets = _calls(redis, "hset")
    for _ in range(1_000):
        timers.set(soon)
    timers.set(soon + 1)
    await eventually(lambda: len(_scheduled(redis)) == 2)
    assert _calls(redis, "hset") - hsets <= 2


async def test_what_lies_in_redis_is_json(timers: RqTimers, redis: Redis) -> None:
    soon = int(time.time()) + 60
    timers.set(soon)
    await eventually(lambda: redis.exists(f"rq:job:{job_id(soon)}") == 1)
    data = redis.hget(f"rq:job:{job_id(soon)}", "data")
    assert isinstance(data, bytes)
    assert json.loads(zlib.decompress(data)) == ["fire_due", None, [soon], {}]


async def test_a_job_runs_once_its_second_has_come_and_leaves_nothing_behind(timers: RqTimers, redis: Redis) -> None:
    now, rung = int(time.time()), list[int]()
    timers.set(now)
    timers.set(now + 60)
    await eventually(lambda: len(_scheduled(redis)) == 2)
    DueTimers(redis, rung.append).run_due()
    assert rung == [now]
    assert [key for key in redis.keys("rq:*") if job_id(now).encode() in key] == []
    assert _scheduled(redis) == [job_id(now + 60)]


async def test_a_second_that_two_workers_have_enqueued_rings_once(timers: RqTimers, redis: Redis) -> None:
    now, rung = int(time.time()), list[int]()
    timers.set(now)
    await eventually(lambda: _scheduled(redis) == [job_id(now)])
    redis.rpush("rq:queue:expiration", job_id(now))
    DueTimers(redis, rung.append).run_due()
    assert rung == [now]


async def test_nothing_that_redis_names_is_imported_or_run(redis: Redis) -> None:
    rung = list[int]()
    foreign = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
    foreign.enqueue("os._exit", 3, on_success=Callback("os.abort"), on_failure=Callback("os.abort"))
    DueTimers(redis, rung.append).run_due()
    assert rung == [3]


async def test_a_pickled_job_is_refused_and_the_next_one_rings(timers: RqTimers, redis: Redis) -> None:
    now, rung = int(time.time()), list[int]()
    Queue(QUEUE, connection=redis).enqueue("os._exit", 3)
    timers.set(now)
    await eventually(lambda: _scheduled(redis) == [job_id(now)])
    DueTimers(redis, rung.append).run_due()
    assert rung == [now]


async def test_a_failing_job_stops_nobody(timers: RqTimers, redis: Redis) -> None:
    now, rung = int(time.time()), list[int]()

    def ring(second: int) -> None:
        rung.append(second)
        raise RuntimeError("for once")

    for second in (now - 1, now):
        timers.set(second)
    await eventually(lambda: len(_scheduled(redis)) == 2)
    DueTimers(redis, ring).run_due()
    assert rung == [now - 1, now]
    assert StartedJobRegistry(QUEUE, connection=redis).get_job_ids(cleanup=False) == []


async def test_seconds_asked_for_while_redis_was_away_are_scheduled_when_it_is_back(own_redis: Server) -> None:
    timers = RqTimers(own_redis.url)
    running = asyncio.create_task(timers.run())
    soon = int(time.time()) + 60
    timers.set(soon)
    timers.set(soon - 120)
    await eventually(lambda: timers.away, what="the outage being noticed")
    own_redis.start()
    redis = connect(own_redis.url)
    await eventually(lambda: _scheduled(redis) == [job_id(soon)], what="the second being scheduled")
    running.cancel()
    await timers.close()


async def test_a_worker_without_redis_says_so_at_once(own_redis: Server) -> None:
    began = datetime.now(UTC)
    with pytest.raises(RedisError):
        DueTimers(connect(own_redis.url), lambda _second: None)
    assert (datetime.now(UTC) - began).total_seconds() < 3


def _calls(redis: Redis, command: str) -> int:
    return int(redis.info("commandstats").get(f"cmdstat_{command}", {"calls": 0})["calls"])
