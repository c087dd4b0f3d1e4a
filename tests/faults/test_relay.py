"""A service dies between the publishing of an event and its leaving the outbox: the event comes twice, harmlessly."""

from pathlib import Path

import pytest

from ticketing_common.steps import Step
from ticketing_test_support.breaking import rewired
from ticketing_test_support.crash_points import Place, Point, arm, death
from ticketing_test_support.crowd import Crowd
from ticketing_test_support.stack import Stack

DEATHS = 3


@pytest.mark.parametrize("name", ["tickets", "orders-1", "payments", "expiration"])
async def test_a_relay_that_dies_between_publish_and_pull_says_an_event_twice_at_worst(
    stack: Stack, crowd: Crowd, all_is_well, tmp_path: Path, name: str
) -> None:
    wrapper = ("-m", "ticketing_test_support.crashing_process", str(tmp_path))
    with rewired(stack, name, wrapper=wrapper):
        async with crowd.shopping():
            for _ in range(DEATHS):
                await crowd.sales(3)
                point = arm(tmp_path, Point(Place(Step.PUBLISHED)))
                while death(tmp_path, point) is None:
                    await crowd.sales(1)
            await crowd.sales(5)
    await all_is_well()
