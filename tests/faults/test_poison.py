"""Messages that nobody can handle: parked with their reason, and in nobody's way."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.faults.scenes import poison_is_parked_by_each_hearer_and_blocks_nobody

from ticketing_common.messaging import connect_readonly
from ticketing_test_support.crowd import Crowd
from ticketing_test_support.stack import Stack, ticketing
from ticketing_test_support.waiting import eventually

# Ten deliveries with their delays: a minute and a half.
PARKED_WITHIN_SECONDS = 240.0


@pytest.fixture(autouse=True)
def swept(stack: Stack) -> Iterator[None]:
    """Nothing is left in DEAD for the next test, whatever became of this one."""
    yield
    ticketing("dead", "drop", "--all", "--yes", STATE_DIR=str(stack.state_dir))


def parked(stack: Stack) -> list[dict[str, Any]]:
    """`ticketing dead list`."""
    found: list[dict[str, Any]] = json.loads(ticketing("dead", "list", "--json", STATE_DIR=str(stack.state_dir)).stdout)
    return found


async def test_poison_on_each_subject_is_parked_with_its_reason(stack: Stack, crowd: Crowd, all_is_well) -> None:
    letters = await poison_is_parked_by_each_hearer_and_blocks_nobody(stack, crowd)
    assert [letter.reason for letter in letters if "not a readable" not in letter.reason] == []
    ticketing("dead", "drop", "--all", "--yes", STATE_DIR=str(stack.state_dir))
    await all_is_well()


async def test_what_fails_ten_times_is_parked_with_its_reason_and_can_be_replayed(
    stack: Stack, crowd: Crowd, all_is_well
) -> None:
    nobody = "f" * 24
    async with crowd.shopping():
        async with connect_readonly(stack.urls()["nats"]) as jetstream:
            await jetstream.publish("expiration.complete", json.dumps({"orderId": nobody}).encode())
        await crowd.sales(10)
        await eventually(lambda: bool(parked(stack)), within=PARKED_WITHIN_SECONDS, what="the parked message")
        await crowd.sales(10)
    letter = parked(stack)[0]
    assert (letter["durable"], letter["deliveries"]) == ("orders-expiration-complete", 10)
    assert f"There is no order {nobody} here" in letter["reason"]
    ticketing("dead", "drop", str(letter["id"]), "--yes", STATE_DIR=str(stack.state_dir))
    await all_is_well()
