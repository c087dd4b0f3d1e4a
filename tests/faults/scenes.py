"""Faults of which a smaller edition belongs to the everyday suite (tests/test_faults.py)."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from ticketing_common.events import Subject
from ticketing_common.messaging import DeadLetter, DeadLetters, connect_readonly, read_events
from ticketing_common.messaging.streams import EVENTS_STREAM
from ticketing_test_support.breaking import rewired, wipe_redis
from ticketing_test_support.crashes import CrashPoint, crashes_in
from ticketing_test_support.crowd import Crowd, Evidence, Notes, Shopper, gather, say_again
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually

AT_ONCE = 8
LOOK_EVERY_SECONDS = 0.5
EXPIRED = ("cancelled", "expired")
EXPIRED_WITHIN_SECONDS = 120.0
PARKED_WITHIN_SECONDS = 30.0


@asynccontextmanager
async def somebody(stack: Stack, crowd: Crowd) -> AsyncIterator[Shopper]:
    """With an account and a shelf of their own; what they are promised counts among the crowd's."""
    notes = Notes(crowd.notes.promises, crowd.notes.answers, crowd.notes.surprises)
    async with httpx.AsyncClient(base_url=stack.url, timeout=30, trust_env=False) as http:
        shopper = Shopper(http, notes, random.Random(2))
        await shopper.sign_up()
        yield shopper


async def crash_repeatedly(stack: Stack, crowd: Crowd, log: Path, name: str, point: CrashPoint, *, times: int) -> None:
    """While people buy and sell."""
    settings = {"CRASH_POINT": point, "CRASH_LOG": str(log), "CRASHES": str(crashes_in(log) + times)}
    with rewired(stack, name, wrapper=("-m", "ticketing_test_support.crashes"), **settings):
        while crashes_in(log) < int(settings["CRASHES"]):
            await crowd.sales(1)
        await crowd.sales(2)


async def open_orders(shopper: Shopper, count: int) -> list[dict[str, Any]]:
    """So many, made within a few seconds, of tickets made before."""
    at_once = asyncio.Semaphore(AT_ONCE)

    async def one(ticket: dict[str, Any]) -> dict[str, Any]:
        async with at_once:
            order = await shopper.order(ticket)
            assert order is not None
            return order

    async def sell() -> dict[str, Any]:
        async with at_once:
            return await shopper.sell()

    tickets = await asyncio.gather(*(sell() for _ in range(count)))
    return await asyncio.gather(*(one(ticket) for ticket in tickets))


async def every_order_expires_though_redis_is_wiped(
    stack: Stack, crowd: Crowd, *, orders: int, still_open: int
) -> None:
    """Wiped while at least `still_open` of them are; the sweep has to find each."""
    async with somebody(stack, crowd) as shopper:
        ids = {order["id"] for order in await open_orders(shopper, orders)}
    await asyncio.to_thread(wipe_redis, stack)
    left = ids & set((await gather(stack.urls())).open_orders())
    assert len(left) >= still_open, f"only {len(left)} were open when Redis was wiped: give this stack a longer window"

    async def all_expired() -> bool:
        found = (await gather(stack.urls())).orders
        return {(found[order_id]["status"], found[order_id]["reason"]) for order_id in ids} == {
            ("cancelled", "expired")
        }

    await eventually(all_expired, within=EXPIRED_WITHIN_SECONDS, what=f"{orders} orders expired")


async def poison_is_parked_by_each_hearer_and_blocks_nobody(stack: Stack, crowd: Crowd) -> list[DeadLetter]:
    """On each subject one message that is no JSON and one that is no event of that kind; what came to be parked."""
    async with crowd.shopping(), connect_readonly(stack.urls()["nats"]) as jetstream:
        await crowd.sales(3)
        hearers = Counter(
            {info.name: 2 for info in await jetstream.consumers_info(EVENTS_STREAM) if info.config.durable_name}
        )
        for subject in Subject:
            await jetstream.publish(subject.value, b'{"id": 5')
            await jetstream.publish(subject.value, b'{"id": null, "orderId": null}')
        await crowd.sales(3)

        async def parked() -> bool:
            return Counter([letter.durable async for letter in DeadLetters(jetstream).all()]) == hearers

        await eventually(parked, within=PARKED_WITHIN_SECONDS, what=f"two messages parked by each of {len(hearers)}")
        await crowd.sales(3)
        return [letter async for letter in DeadLetters(jetstream).all()]


async def every_event_comes_ten_times_more_and_shuffled(stack: Stack, crowd: Crowd, *, events: int) -> None:
    """The newest `events` of the stream, while people buy and sell; what was final must stay as it is."""
    before = await gather(stack.urls())
    async with connect_readonly(stack.urls()["nats"]) as jetstream:
        last = (await jetstream.stream_info(EVENTS_STREAM)).state.last_seq
        repeated = [event async for event in read_events(jetstream, after=max(0, last - events))] * 10
    random.Random(7).shuffle(repeated)
    async with crowd.shopping():
        await crowd.sales(3)
        await say_again(stack, repeated)
        await crowd.sales(3)
    after = _final(await gather(stack.urls()))
    assert {key: after[key] for key in _final(before)} == _final(before)


def _final(evidence: Evidence) -> dict[str, object]:
    """Of orders that are closed, their payments and the tickets that are sold."""
    closed = {key: order for key, order in evidence.orders.items() if key not in evidence.open_orders()}
    sold = {order["ticket"]["id"] for order in closed.values() if order["status"] == "complete"}
    return {
        **{f"order {key}": (order["status"], order["reason"], order["version"]) for key, order in closed.items()},
        **{f"money of {key}": evidence.payments[key]["money"] for key in closed if key in evidence.payments},
        **{f"ticket {key}": (evidence.tickets[key]["order_id"], evidence.tickets[key]["version"]) for key in sold},
    }
