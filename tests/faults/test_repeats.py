"""Every event comes ten times more, late and in any order."""

from tests.faults.scenes import every_event_comes_ten_times_more_and_shuffled

from ticketing_test_support.crowd import Crowd
from ticketing_test_support.stack import Stack

EVERY = 1_000_000


async def test_every_event_may_come_ten_times_more_and_shuffled(stack: Stack, crowd: Crowd, all_is_well) -> None:
    async with crowd.shopping():
        await crowd.sales(30)
    await all_is_well()
    await every_event_comes_ten_times_more_and_shuffled(stack, crowd, events=EVERY)
    await all_is_well()
