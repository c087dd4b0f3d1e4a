"""Frequency limits: exact across replicas, given back when they do not count, and kept in memory without Redis."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import redis.asyncio
from limits import parse
from pydantic import TypeAdapter, ValidationError

from ticketing_common.errors import TooManyRequests
from ticketing_common.rate_limits import Limit, Rate, RateLimiter
from ticketing_common.web.background import run_tasks
from ticketing_test_support.servers import Server, redis_server, started
from ticketing_test_support.waiting import eventually

# A busy machine must not look like an outage.
PATIENT = 10.0


def per_minute(amount: int, *subject: str) -> Limit:
    return Limit("attempts", parse(f"{amount}/minute"), subject or ("someone",), "Too many attempts.")


async def hits(limiter: RateLimiter, limit: Limit, times: int) -> int:
    """How many of concurrent hits are within the limit."""
    outcomes = await asyncio.gather(*(limiter.hit(limit) for _ in range(times)), return_exceptions=True)
    assert all(outcome is None or isinstance(outcome, TooManyRequests) for outcome in outcomes)
    return outcomes.count(None)


@pytest.fixture
async def replicas(redis_url: str) -> AsyncIterator[list[RateLimiter]]:
    """Three limiters on one Redis."""
    async with AsyncExitStack() as stack:
        limiters = [RateLimiter(redis_url, timeout=PATIENT) for _ in range(3)]
        for limiter in limiters:
            stack.push_async_callback(limiter.close)
        yield limiters


@pytest.fixture(params=["memory", "redis"])
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[RateLimiter]:
    """A limiter with either storage."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    limiter = RateLimiter(url, timeout=PATIENT)
    yield limiter
    await limiter.close()


async def test_limit_is_exact_across_replicas(replicas: list[RateLimiter]) -> None:
    counts = await asyncio.gather(*(hits(limiter, per_minute(10), 20) for limiter in replicas))
    assert sum(counts) == 10


async def test_attempts_in_progress_never_exceed_the_limit(replicas: list[RateLimiter]) -> None:
    started, may_end = 0, asyncio.Event()

    async def attempt(number: int) -> None:
        nonlocal started
        async with replicas[number % 3].attempt(per_minute(10)) as attempt:
            started += 1
            await may_end.wait()
            attempt.count()

    attempts = [asyncio.create_task(attempt(number)) for number in range(40)]
    await eventually(lambda: sum(task.done() for task in attempts) == 30)
    may_end.set()
    refused = [outcome for outcome in await asyncio.gather(*attempts, return_exceptions=True) if outcome]
    assert (started, len(refused)) == (10, 30)


async def test_attempt_that_does_not_count_gives_its_slot_back(limiter: RateLimiter) -> None:
    for counts in [False, True] * 3:
        async with limiter.attempt(per_minute(3)) as attempt:
            if counts:
                attempt.count()
    assert await hits(limiter, per_minute(3), 1) == 0


async def test_attempt_that_fails_gives_its_slot_back(limiter: RateLimiter) -> None:
    with pytest.raises(ZeroDivisionError):
        async with limiter.attempt(per_minute(1)):
            raise ZeroDivisionError
    assert await hits(limiter, per_minute(1), 2) == 1


async def test_refusal_by_one_limit_takes_no_slot_of_another(limiter: RateLimiter) -> None:
    await limiter.hit(per_minute(1, "order"))
    with pytest.raises(TooManyRequests):
        async with limiter.attempt(per_minute(2, "user"), per_minute(1, "order")):
            pytest.fail("it was refused")
    assert await hits(limiter, per_minute(2, "user"), 3) == 2


async def test_refusal_tells_when_the_window_opens(limiter: RateLimiter) -> None:
    limit = Limit("attempts", parse("1/hour"), ("someone",), "Too many attempts.")
    await limiter.hit(limit)
    with pytest.raises(TooManyRequests, match=r"Too many attempts\. Try again in 60 minutes\.") as refusal:
        await limiter.hit(limit)
    assert 3590 < refusal.value.retry_after <= 3600


async def test_window_opens_again(limiter: RateLimiter) -> None:
    limit = Limit("attempts", parse("1 per 2 seconds"), ("someone",), "Too many attempts.")

    async def is_open() -> bool:
        return await hits(limiter, limit, 1) == 1

    assert await hits(limiter, limit, 2) == 1
    await eventually(is_open)


async def test_subjects_are_counted_apart(limiter: RateLimiter) -> None:
    assert await hits(limiter, per_minute(1, "a", "bc"), 1) == await hits(limiter, per_minute(1, "ab", "c"), 1) == 1


async def test_switched_off_limits_nothing() -> None:
    assert await hits(RateLimiter("redis://127.0.0.1:1", enabled=False), per_minute(1), 50) == 50


@pytest.mark.parametrize("text", ["", "five", "5", "5/fortnight", "/minute"])
def test_invalid_rate_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match='such as "5/minute"'):
        TypeAdapter(Rate).validate_python(text)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Server]:
    """A running redis-server that no other test uses."""
    with started(redis_server(tmp_path)) as server:
        yield server


async def test_killed_redis_is_replaced_by_memory_until_it_is_back(
    own_redis: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    limiter = RateLimiter(own_redis.url, timeout=PATIENT)
    async with run_tasks([limiter]):
        assert await hits(limiter, per_minute(2), 3) == 2
        own_redis.kill()
        assert await hits(limiter, per_minute(2), 3) == 2
        assert await hits(limiter, per_minute(2), 3) == 0
        assert (limiter.status(), caplog.text.count("dependency.unavailable")) == ("down", 1)
        own_redis.start()
        await eventually(lambda: limiter.status() == "up", within=20)
        assert await hits(limiter, per_minute(3), 4) == 3
    assert caplog.text.count("dependency.recovered") == 1


async def test_slot_taken_before_an_outage_is_not_given_back_elsewhere(own_redis: Server) -> None:
    limiter = RateLimiter(own_redis.url, timeout=PATIENT)
    async with limiter.attempt(per_minute(1)):
        own_redis.kill()
        assert await hits(limiter, per_minute(1), 1) == 1
    assert await hits(limiter, per_minute(1), 1) == 0
    await limiter.close()


async def test_silent_redis_is_replaced_by_memory(own_redis: Server, caplog: pytest.LogCaptureFixture) -> None:
    """A stopped process accepts connections and never answers."""
    limiter = RateLimiter(own_redis.url)
    async with run_tasks([limiter]):
        os.kill(own_redis.pid, signal.SIGSTOP)
        assert await hits(limiter, per_minute(2), 50) == 2
        assert caplog.text.count("dependency.unavailable") == 1
        os.kill(own_redis.pid, signal.SIGCONT)
        await eventually(lambda: limiter.status() == "up", within=20)


async def test_full_redis_is_replaced_by_memory(own_redis: Server) -> None:
    """It answers pings and refuses writes."""
    async with (
        redis.asyncio.Redis.from_url(own_redis.url) as client,
        run_tasks([limiter := RateLimiter(own_redis.url)]),
    ):
        await client.config_set("maxmemory", "1")
        assert await hits(limiter, per_minute(2), 3) == 2
        assert limiter.status() == "down"
        await client.config_set("maxmemory", "0")
        await eventually(lambda: limiter.status() == "up", within=20)


async def test_nothing_personal_is_stored_in_redis(replicas: list[RateLimiter], redis_url: str) -> None:
    await replicas[0].hit(per_minute(1, "someone@example.com"))
    async with redis.asyncio.Redis.from_url(redis_url, decode_responses=True) as client:
        [key] = await client.keys()
    assert str(key).startswith("limits:")
    assert "someone" not in str(key)
