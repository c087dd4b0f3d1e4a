"""Messages that cannot be handled are dead-lettered with their reason, and block nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.faults.scenarios import publish_invalid_messages

from ticketing_common.messaging import Broker, DeadLetters, RetryPolicy, connect_readonly
from ticketing_test_support.listeners import RecordingListener, consuming, publish_expirations
from ticketing_test_support.stack import Stack, ticketing
from ticketing_test_support.waiting import eventually

# Ten deliveries with their delays take a minute and a half.
TENTH_DELIVERY_WITHIN_SECONDS = 240.0


@pytest.fixture
def empty_dead_letters(request: pytest.FixtureRequest) -> Iterator[None]:
    """Drop all dead letters afterwards."""
    stack = request.getfixturevalue("stack")
    yield
    ticketing("dead", "drop", "--all", "--yes", STATE_DIR=str(stack.state_dir))


def dead_letters(stack: Stack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ticketing("dead", "list", "--json", STATE_DIR=str(stack.state_dir)).stdout)
    return found


async def test_invalid_messages_are_dead_lettered(stack, load, verify_guarantees, empty_dead_letters: None) -> None:
    letters = await publish_invalid_messages(stack, load)
    assert [letter.reason for letter in letters if "not a readable" not in letter.reason] == []
    ticketing("dead", "drop", "--all", "--yes", STATE_DIR=str(stack.state_dir))
    await verify_guarantees()


async def test_message_that_fails_ten_times_is_dead_lettered(
    stack, load, verify_guarantees, empty_dead_letters: None
) -> None:
    unknown = "f" * 24
    async with load.running():
        async with connect_readonly(stack.urls()["nats"]) as jetstream:
            await jetstream.publish("expiration.complete", json.dumps({"orderId": unknown}).encode())
        await load.sales(10)
        await eventually(
            lambda: bool(dead_letters(stack)), within=TENTH_DELIVERY_WITHIN_SECONDS, what="the dead letter"
        )
        await load.sales(10)
    [letter] = dead_letters(stack)
    assert (letter["durable"], letter["deliveries"]) == ("orders-expiration-complete", 10)
    assert f"There is no order {unknown} here" in letter["reason"]
    ticketing("dead", "drop", str(letter["id"]), "--yes", STATE_DIR=str(stack.state_dir))
    await verify_guarantees()


async def test_tenth_failure_is_dead_lettered_while_others_pass(broker: Broker) -> None:
    async def react(order_id: str, times: int) -> None:
        if order_id == "always" or (order_id == "nine times" and times <= 9):
            raise ValueError(f"{order_id}, delivery {times}")

    listener = RecordingListener(react)
    async with consuming(broker, listener, retry=RetryPolicy()):
        await publish_expirations(broker, "nine times", "always")
        await publish_expirations(broker, "never")
        await eventually(lambda: listener.handled == ["never"], what="the message that never fails")
        within = TENTH_DELIVERY_WITHIN_SECONDS
        await eventually(lambda: listener.handled == ["never", "nine times"], within=within, what="the tenth delivery")

        async def reasons() -> list[str]:
            return [letter.reason async for letter in DeadLetters(broker.jetstream).all()]

        async def dead_lettered() -> bool:
            return await reasons() == ["ValueError: always, delivery 10"]

        await eventually(dead_lettered, within=within, what="the dead letter")
    assert listener.received.count("nine times") == listener.received.count("always") == 10
