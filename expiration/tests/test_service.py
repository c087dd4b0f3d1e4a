"""The service without its worker: what it hears, what it shows, and that its sweep guarantees."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
from redis import Redis

from ticketing_expiration.app import create_app
from ticketing_expiration.settings import Settings
from ticketing_expiration.store import ExpiryStore
from ticketing_expiration.wakeups import Wakeups, announce
from ticketing_test_support.apps import served
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually

Place = Callable[..., Awaitable[str]]
Count = Callable[[], Awaitable[int]]


async def test_after_redis_was_wiped_every_open_order_still_fires(
    service: httpx.AsyncClient, redis_url: str, place: Place, count_complete: Count
) -> None:
    redis = Redis.from_url(redis_url)
    for _ in range(3):
        await place(1.0)
    await eventually(lambda: redis.zcard("rq:scheduled:expiration") > 0, what="the timer being set")
    redis.flushall()
    await eventually(lambda: _is(count_complete, 3), what="three orders expiring by the sweep")


async def test_an_order_heard_of_while_redis_is_away_still_fires(
    own_redis_settings: Settings, place: Place, count_complete: Count
) -> None:
    async with served(create_app(own_redis_settings)):
        await place(0.5)
        await eventually(lambda: _is(count_complete, 1), what="the order expiring by the sweep")


async def test_an_order_heard_of_after_its_time_fires_at_once_and_only_once(
    service: httpx.AsyncClient, place: Place, count_complete: Count, store: ExpiryStore
) -> None:
    order_id = await place(-60, times=3)
    await eventually(lambda: _is(count_complete, 1), what="the order expiring")
    document = await store.documents.find(order_id)
    assert document is not None
    assert document["fired"]
    await eventually(lambda: _all_handled(service, 3), what="all three being handled")
    assert await count_complete() == 1


async def test_readiness_shows_redis_and_does_not_depend_on_it(own_redis_settings: Settings, own_redis: Server) -> None:
    async with served(create_app(own_redis_settings)) as client:
        assert (await client.get("/healthz/ready")).json()["redis"] == "down"
        own_redis.start()
        await eventually(lambda: _redis_is(client, "up"), what="redis being up")
        own_redis.kill()
        await eventually(lambda: _redis_is(client, "down"), what="redis being down")
        assert (await client.get("/healthz/ready")).status_code == 200


async def test_a_worker_wakes_the_service_also_after_redis_has_restarted(own_redis: Server) -> None:
    woken: list[bool] = []
    wakeups = Wakeups(own_redis.url, wake=lambda: woken.append(True))
    running = asyncio.create_task(wakeups.run())
    for number in (1, 2):
        own_redis.start()
        await eventually(lambda: wakeups.status() == "up", what="the service listening")
        announce(Redis.from_url(own_redis.url), 1)
        await eventually(lambda number=number: len(woken) == number, what="the service being woken")
        own_redis.kill()
        await eventually(lambda: wakeups.status() == "down", what="the loss being noticed")
    running.cancel()


async def test_a_wakeup_without_redis_fails_nobody(own_redis: Server) -> None:
    announce(Redis.from_url(own_redis.url, retry=None), 1)


async def test_the_metrics_tell_who_fired_how_late_and_how_many_wait(service: httpx.AsyncClient, place: Place) -> None:
    await place(60)
    text = (await service.get("/metrics")).text
    for name in ("expirations_fired_total", "expiration_lateness_seconds_bucket", "expirations_waiting"):
        assert name in text


async def _is(count: Count, expected: int) -> bool:
    return await count() == expected


async def _redis_is(client: httpx.AsyncClient, state: str) -> bool:
    return bool((await client.get("/healthz/ready")).json()["redis"] == state)


async def _all_handled(client: httpx.AsyncClient, times: int) -> bool:
    sample = 'events_handled_total{durable="expiration-order-created",outcome="done"}'
    lines = (await client.get("/metrics")).text.splitlines()
    return any(line.startswith(sample) and float(line.split()[-1]) >= times for line in lines)
