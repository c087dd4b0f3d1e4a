"""The service without its worker: the sweep is the guarantee."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
from redis import Redis

from ticketing_expiration.app import create_app
from ticketing_expiration.settings import Settings
from ticketing_expiration.store import MongoExpiryStore
from ticketing_expiration.wakeups import Wakeups, publish_wakeup
from ticketing_test_support.apps import served
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually

Place = Callable[..., Awaitable[str]]
Count = Callable[[], Awaitable[int]]


async def test_every_open_order_fires_after_redis_is_wiped(
    service: httpx.AsyncClient, redis_url: str, place: Place, count_complete: Count
) -> None:
    redis = Redis.from_url(redis_url)
    for _ in range(3):
        await place(1.0)
    await eventually(lambda: redis.zcard("rq:scheduled:expiration") > 0, what="the timer being set")
    redis.flushall()
    await eventually(lambda: _is(count_complete, 3), what="three orders expiring by the sweep")


async def test_order_created_without_redis_still_fires(
    own_redis_settings: Settings, place: Place, count_complete: Count
) -> None:
    async with served(create_app(own_redis_settings)):
        await place(0.5)
        await eventually(lambda: _is(count_complete, 1), what="the order expiring by the sweep")


async def test_overdue_order_fires_at_once_and_once(
    service: httpx.AsyncClient, place: Place, count_complete: Count, store: MongoExpiryStore
) -> None:
    order_id = await place(-60, times=3)
    await eventually(lambda: _is(count_complete, 1), what="the order expiring")
    document = await store.documents.find(order_id)
    assert document is not None
    assert document["fired"]
    await eventually(lambda: _all_handled(service, 3), what="all three being handled")
    assert await count_complete() == 1


async def test_readiness_reports_redis_without_depending_on_it(own_redis_settings: Settings, own_redis: Server) -> None:
    async with served(create_app(own_redis_settings)) as client:
        assert (await client.get("/healthz/ready")).json()["redis"] == "down"
        own_redis.start()
        await eventually(lambda: _redis_is(client, "up"), what="redis being up")
        own_redis.kill()
        await eventually(lambda: _redis_is(client, "down"), what="redis being down")
        assert (await client.get("/healthz/ready")).status_code == 200


async def test_wakeups_survive_a_redis_restart(own_redis: Server) -> None:
    woken: list[bool] = []
    wakeups = Wakeups(own_redis.url, wake=lambda: woken.append(True))
    running = asyncio.create_task(wakeups.run())
    for number in (1, 2):
        own_redis.start()
        await eventually(lambda: wakeups.status() == "up", what="the service listening")
        publish_wakeup(Redis.from_url(own_redis.url), 1)
        await eventually(lambda number=number: len(woken) == number, what="the service being woken")
        own_redis.kill()
        await eventually(lambda: wakeups.status() == "down", what="the loss being noticed")
    running.cancel()


async def test_wakeup_without_redis_does_not_raise(own_redis: Server) -> None:
    publish_wakeup(Redis.from_url(own_redis.url, retry=None), 1)


async def test_metrics_are_exported(service: httpx.AsyncClient, place: Place) -> None:
    await place(60)
    text = (await service.get("/metrics")).text
    for name in ("expirations_fired_total", "expiration_lateness_seconds_bucket", "expirations_pending"):
        assert name in text


async def _is(count: Count, expected: int) -> bool:
    return await count() == expected


async def _redis_is(client: httpx.AsyncClient, state: str) -> bool:
    return bool((await client.get("/healthz/ready")).json()["redis"] == state)


async def _all_handled(client: httpx.AsyncClient, times: int) -> bool:
    labels = 'consumer="expiration-order-created",outcome="handled",subject="order.created"'
    sample = f"messaging_client_consumed_messages_total{{{labels}}}"
    lines = (await client.get("/metrics")).text.splitlines()
    return any(line.startswith(sample) and float(line.split()[-1]) >= times for line in lines)
