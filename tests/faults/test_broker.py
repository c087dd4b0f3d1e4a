"""NATS stands still, or is away, while people buy and sell."""

import asyncio
from collections import Counter

from tests.faults.scenes import somebody

from ticketing_test_support.breaking import down, frozen
from ticketing_test_support.crowd import Crowd
from ticketing_test_support.crowd.promises import Cancellation, Listing, Reservation
from ticketing_test_support.stack import Stack

FROZEN_SECONDS = 20
DOWN_SECONDS = 60
STOCK = 30


async def test_nothing_is_lost_when_nats_stands_still_for_20_seconds(stack: Stack, crowd: Crowd, all_is_well) -> None:
    async with crowd.shopping():
        await crowd.sales(10)
        with frozen(stack, "nats"):
            await asyncio.sleep(FROZEN_SECONDS)
        await crowd.sales(10)
    await all_is_well()


async def test_sales_go_on_while_nats_is_down_for_a_minute(stack: Stack, crowd: Crowd, all_is_well) -> None:
    async with crowd.shopping(), somebody(stack, crowd) as trader:
        stock = [await trader.sell() for _ in range(STOCK)]
        await crowd.sales(10)  # by then orders has heard of all the stock
        before = Counter(map(type, crowd.notes.promises))
        with down(stack, "nats"):
            for ticket in stock:
                await trader.sell()
                order = await trader.order(ticket)
                assert order is not None
                await trader.cancel(order)
                await asyncio.sleep(DOWN_SECONDS / STOCK)
        made = Counter(map(type, crowd.notes.promises)) - before
        await crowd.sales(10)
    assert min(made[Listing], made[Reservation], made[Cancellation]) >= STOCK
    await all_is_well()
