"""MongoDB is away for five minutes while events arrive: nothing healthy is parked."""

import asyncio

from ticketing_common.messaging import RetryPolicy, connect_readonly, read_events
from ticketing_test_support.breaking import down
from ticketing_test_support.crowd import Crowd, say_again
from ticketing_test_support.stack import Stack

AWAY_SECONDS = 300
ROUNDS = 10


async def test_nothing_healthy_is_parked_while_mongodb_is_away_for_five_minutes(
    stack: Stack, crowd: Crowd, all_is_well
) -> None:
    policy = RetryPolicy()
    assert (
        sum(policy.delay(delivery) for delivery in range(1, policy.max_deliveries)) < AWAY_SECONDS / 2
    )  # else no proof
    async with crowd.shopping():
        await crowd.sales(10)
        async with connect_readonly(stack.urls()["nats"]) as jetstream:
            events = [event async for event in read_events(jetstream)]
        with down(stack, "mongo"):
            for part in range(ROUNDS):
                await say_again(stack, events[part::ROUNDS])
                await asyncio.sleep(AWAY_SECONDS / ROUNDS)
        await crowd.sales(10)
    await all_is_well()  # the audit tells each message that is parked
