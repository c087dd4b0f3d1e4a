"""MongoDB and NATS are away or frozen, under load. They stay away long enough to exceed every retry and time-out."""

import asyncio
from collections import Counter

from ticketing_common.messaging import RetryPolicy, connect_readonly, read_events
from ticketing_test_support.faults import down, frozen, republish
from ticketing_test_support.load.accepted import OrderCancelled, OrderPlaced, TicketSaved

ROUNDS = 10
MONGO_DOWN_SECONDS = 300
NATS_FROZEN_SECONDS = 20
NATS_DOWN_SECONDS = 60
STOCK = 30


async def test_mongodb_outage_dead_letters_no_valid_message(stack, load, verify_guarantees) -> None:
    policy = RetryPolicy()
    until_last_delivery = sum(policy.delay(delivery) for delivery in range(1, policy.max_deliveries))
    assert until_last_delivery < MONGO_DOWN_SECONDS / 2, "else the outage proves nothing"
    async with load.running():
        await load.sales(10)
        async with connect_readonly(stack.urls()["nats"]) as jetstream:
            events = [event async for event in read_events(jetstream)]
        with down(stack, "mongo"):
            for part in range(ROUNDS):
                await republish(stack, events[part::ROUNDS])
                await asyncio.sleep(MONGO_DOWN_SECONDS / ROUNDS)
        await load.sales(10)
    await verify_guarantees()


async def test_frozen_nats_loses_nothing(stack, load, verify_guarantees) -> None:
    async with load.running():
        await load.sales(10)
        with frozen(stack, "nats"):
            await asyncio.sleep(NATS_FROZEN_SECONDS)
        await load.sales(10)
    await verify_guarantees()


async def test_sales_continue_while_nats_is_down(stack, load, verify_guarantees) -> None:
    async with load.running(), load.user() as user:
        stock = [await user.sell() for _ in range(STOCK)]
        await load.sales(10)  # by then orders knows all of the stock
        before = Counter(map(type, load.record.accepted))
        with down(stack, "nats"):
            for ticket in stock:
                await user.sell()
                order = await user.order(ticket)
                assert order is not None
                await user.cancel(order)
                await asyncio.sleep(NATS_DOWN_SECONDS / STOCK)
        accepted = Counter(map(type, load.record.accepted)) - before
        await load.sales(10)
    assert min(accepted[TicketSaved], accepted[OrderPlaced], accepted[OrderCancelled]) >= STOCK
    await verify_guarantees()
