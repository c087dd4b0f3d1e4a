"""Faults of what the services depend on: Redis' data, Stripe's responses and webhooks, events that come again."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
from redis import Redis

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import connect_readonly, read_events, republish
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_local.chaos.fault import Inject, Target

TIMEOUT_SECONDS = 10.0
# A fault of Stripe ends by itself after so many requests or webhooks, should nobody be left to undo it.
MAX_HITS = 500
REDELIVERED = 200


@contextmanager
def wiped_redis(target: Target) -> Iterator[None]:
    """FLUSHALL."""
    with Redis.from_url(target.url("redis"), socket_timeout=TIMEOUT_SECONDS) as redis:
        redis.flushall()
    yield


@contextmanager
def redelivered_events(target: Target) -> Iterator[None]:
    """The newest events once more, shuffled."""
    with suppress(Unavailable):  # NATS is away, too
        asyncio.run(_redeliver(target.url("nats")))
    yield


def stripe_fault(**fault: Any) -> Inject:
    """While inside, the emulator has this fault, as described in its README."""

    @contextmanager
    def inject(target: Target) -> Iterator[None]:
        with httpx.Client(base_url=target.url("stripe"), timeout=TIMEOUT_SECONDS, trust_env=False) as stripe:
            response = stripe.post("/emulator/faults", json={**fault, "count": MAX_HITS})
            response.raise_for_status()
            try:
                yield
            finally:
                with suppress(httpx.HTTPError):  # it ends by itself
                    stripe.delete(f"/emulator/faults/{response.json()['id']}")
                    stripe.post("/emulator/webhooks/release", json={"order": "reversed"})

    return inject


async def _redeliver(url: str) -> None:
    async with connect_readonly(url) as jetstream:
        last = (await jetstream.stream_info(EVENTS_STREAM)).state.last_seq
        events = [event async for event in read_events(jetstream, after=max(0, last - REDELIVERED))]
        random.shuffle(events)
        await republish(jetstream, events)
