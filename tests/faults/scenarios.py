"""Fault scenarios; tests/test_faults.py runs smaller editions of them in `make test`."""

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

from ticketing_common.events import Subject
from ticketing_common.messaging import DeadLetter, DeadLetters, connect_readonly, read_events
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_test_support.crashes import CrashPoint, crashes_in
from ticketing_test_support.faults import republish, restarted_with, wipe_redis
from ticketing_test_support.load import LoadGenerator, LoadUser, StoredState, read_orders, read_state
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually

CONCURRENCY = 8
EXPIRED_WITHIN_SECONDS = 120.0
DEAD_LETTERED_WITHIN_SECONDS = 30.0


async def crash_repeatedly(
    stack: Stack, load: LoadGenerator, log: Path, name: str, point: CrashPoint, *, times: int
) -> None:
    """Crash a process at this point, under load."""
    settings = {"CRASH_POINT": point, "CRASH_LOG": str(log), "CRASHES": str(crashes_in(log) + times)}
    with restarted_with(stack, name, wrapper=("-m", "ticketing_test_support.crashes"), **settings):
        while crashes_in(log) < int(settings["CRASHES"]):
            await load.sales(1)
        await load.sales(2)


async def expire_orders_after_redis_wipe(stack: Stack, load: LoadGenerator, *, orders: int, still_open: int) -> None:
    """Wipe Redis while at least `still_open` of the orders are open; the sweep has to find each."""
    async with load.user() as user:
        ids = {order["id"] for order in await _open_orders(user, orders)}
    await asyncio.to_thread(wipe_redis, stack)
    left = ids & set((await read_state(stack.urls())).open_orders())
    assert len(left) >= still_open, f"only {len(left)} were open when Redis was wiped: give this stack a longer window"

    async def all_expired() -> bool:
        found = {order["_id"]: (order["status"], order["reason"]) for order in await read_orders(stack.urls())}
        return {found[order_id] for order_id in ids} == {("cancelled", "expired")}

    await eventually(all_expired, within=EXPIRED_WITHIN_SECONDS, every=0.5, what=f"{orders} orders expired")


async def publish_invalid_messages(stack: Stack, load: LoadGenerator) -> list[DeadLetter]:
    """Two on each subject, under load; the dead letters, two for each consumer."""
    async with load.running(), connect_readonly(stack.urls()["nats"]) as jetstream:
        await load.sales(3)
        infos = await jetstream.consumers_info(EVENTS_STREAM)
        consumers = Counter({info.name: 2 for info in infos if info.config.durable_name})
        for subject in Subject:
            await jetstream.publish(subject.value, b'{"id": 5')
            await jetstream.publish(subject.value, b'{"id": null, "orderId": null}')
        await load.sales(3)

        async def dead_lettered() -> bool:
            return Counter([letter.durable async for letter in DeadLetters(jetstream).all()]) == consumers

        await eventually(dead_lettered, within=DEAD_LETTERED_WITHIN_SECONDS, what=f"two dead letters of {consumers}")
        await load.sales(3)
        return [letter async for letter in DeadLetters(jetstream).all()]


async def redeliver_events_shuffled(stack: Stack, load: LoadGenerator, *, events: int) -> None:
    """The newest `events` ten times more in any order, under load; what was final must stay as it is."""
    before = _final(await read_state(stack.urls()))
    async with connect_readonly(stack.urls()["nats"]) as jetstream:
        last = (await jetstream.stream_info(EVENTS_STREAM)).state.last_seq
        repeated = [event async for event in read_events(jetstream, after=max(0, last - events))] * 10
    random.Random(7).shuffle(repeated)
    async with load.running():
        await load.sales(3)
        await republish(stack, repeated)
        await load.sales(3)
    after = _final(await read_state(stack.urls()))
    assert {key: after[key] for key in before} == before


async def _open_orders(user: LoadUser, count: int) -> list[dict[str, Any]]:
    """So many, placed within a few seconds, of tickets created before."""
    limit = asyncio.Semaphore(CONCURRENCY)

    async def sell() -> dict[str, Any]:
        async with limit:
            return await user.sell()

    async def order(ticket: dict[str, Any]) -> dict[str, Any]:
        async with limit:
            placed = await user.order(ticket)
            assert placed is not None
            return placed

    tickets = await asyncio.gather(*(sell() for _ in range(count)))
    return await asyncio.gather(*map(order, tickets))


def _final(state: StoredState) -> dict[str, object]:
    """Orders that are closed, their payments and the tickets that are sold."""
    closed = {key: order for key, order in state.orders.items() if key not in state.open_orders()}
    sold = {order["ticket"]["id"] for order in closed.values() if order["status"] == "complete"}
    return {
        **{f"order {key}": (order["status"], order["reason"], order["version"]) for key, order in closed.items()},
        **{f"money of {key}": state.payments[key]["money"] for key in closed if key in state.payments},
        **{f"ticket {key}": (state.tickets[key]["order_id"], state.tickets[key]["version"]) for key in sold},
    }
