"""The worker process together with the service, through outages and kills."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path

import httpx

from ticketing_common.errors import Unavailable
from ticketing_expiration.app import create_app
from ticketing_expiration.domain import Expiry, Firing
from ticketing_expiration.settings import Settings
from ticketing_expiration.store import MongoExpiryStore
from ticketing_expiration.timers import RqTimers, connect
from ticketing_expiration.worker import Worker
from ticketing_test_support.apps import served
from ticketing_test_support.outbox import is_outbox_empty
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually

StartWorker = Callable[[Settings], subprocess.Popen[bytes]]
Place = Callable[..., Awaitable[str]]
Count = Callable[[], Awaitable[int]]
Logged = Callable[..., Awaitable[None]]

STARTED = "worker.started"
REDIS_AWAY = "dependency.unavailable"
REDIS_BACK = "dependency.recovered"
BY_TIMER = '"by": "timer"'
STOP_WITHIN_SECONDS = 10.0


async def test_order_expires_on_time_and_once(
    service: httpx.AsyncClient,
    settings: Settings,
    start_worker: StartWorker,
    logged: Logged,
    place: Place,
    count_complete: Count,
    store: MongoExpiryStore,
) -> None:
    worker = start_worker(settings)
    await logged(STARTED)
    order_id = await place(1.0, times=2)
    await logged(BY_TIMER)
    await eventually(lambda: _is(count_complete, 1), what="the order expiring")
    document = await store.documents.find(order_id)
    assert document is not None
    assert document["fired_at"] >= document["due_at"]
    await eventually(lambda: is_outbox_empty(store.documents), what="the outbox being empty")
    assert await count_complete() == 1
    assert _children(worker) == []
    assert _stop(worker) == 0


async def test_killed_worker_loses_nothing(
    service: httpx.AsyncClient,
    settings: Settings,
    start_worker: StartWorker,
    logged: Logged,
    place: Place,
    count_complete: Count,
) -> None:
    worker = start_worker(settings)
    await logged(STARTED)
    await place(0.5)
    worker.kill()
    start_worker(settings)
    await eventually(lambda: _is(count_complete, 1), what="the killed worker's order expiring")
    await logged(STARTED, times=2)
    await place(0.3)
    await logged(BY_TIMER)
    await eventually(lambda: _is(count_complete, 2), what="the next order expiring")


async def test_worker_survives_redis_outages(
    own_redis_settings: Settings, own_redis: Server, start_worker: StartWorker, logged: Logged, place: Place
) -> None:
    worker = start_worker(own_redis_settings)
    await logged(REDIS_AWAY)
    own_redis.start()
    await logged(REDIS_BACK)
    own_redis.kill()
    await logged(REDIS_AWAY, times=2)
    own_redis.start()
    async with served(create_app(own_redis_settings)):
        await place(0.3)
        await logged(BY_TIMER)
    await logged(REDIS_BACK, times=2)  # after the round that fired
    own_redis.kill()
    await logged(REDIS_AWAY, times=3)
    assert _stop(worker) == 0


def test_backlog_costs_one_database_attempt_per_round(redis_url: str) -> None:
    redis, store = connect(redis_url), UnavailableStore()
    with asyncio.Runner() as runner:
        worker = Worker(redis, store, runner)
        RqTimers(redis_url).schedule(range(100))
        for _round in (1, 2):
            worker.run_due()
    assert store.attempts == 1
    assert redis.zcard("rq:scheduled:expiration") == redis.llen("rq:queue:expiration") == 0


class UnavailableStore:
    """A store whose database is unreachable."""

    def __init__(self) -> None:
        self.attempts = 0

    async def add(self, expiry: Expiry, *, fired_at: datetime | None = None) -> bool:
        raise Unavailable

    async def add_all(self, expiries: Mapping[Expiry, str]) -> None:
        raise Unavailable

    async def fire(self, *, due_until: datetime, now: datetime) -> Firing:
        self.attempts += 1
        raise Unavailable

    async def count_pending(self) -> int:
        raise Unavailable

    async def purge(self, *, fired_before: datetime, limit: int) -> int:
        raise Unavailable


def _stop(worker: subprocess.Popen[bytes]) -> int:
    worker.terminate()
    return worker.wait(STOP_WITHIN_SECONDS)


def _children(process: subprocess.Popen[bytes]) -> list[str]:
    tasks = Path(f"/proc/{process.pid}/task")
    return [child for task in tasks.glob("*/children") for child in task.read_text().split()]


async def _is(count: Count, expected: int) -> bool:
    return await count() == expected
