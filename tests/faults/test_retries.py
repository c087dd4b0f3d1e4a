"""The patience of a listener, with the delays that services have: a minute and a half until the tenth delivery."""

import pytest

from ticketing_common.messaging import Broker, DeadLetters, RetryPolicy
from ticketing_test_support.listeners import RecordingListener, consuming, publish_expirations
from ticketing_test_support.waiting import eventually

TENTH_WITHIN_SECONDS = 240.0


@pytest.fixture
def moody() -> RecordingListener:
    """Fails nine times on `nine`, always on `ever`, and has nothing against the rest."""

    async def react(order_id: str, times: int) -> None:
        if order_id == "ever" or (order_id == "nine" and times <= 9):
            raise ValueError(f"no {order_id}, the {times}. time")

    return RecordingListener(react)


async def test_nine_failures_are_waited_out_and_the_tenth_is_parked_while_others_pass(
    broker: Broker, moody: RecordingListener
) -> None:
    async with consuming(broker, moody, retry=RetryPolicy()):
        await publish_expirations(broker, "nine", "ever")
        await publish_expirations(broker, "good")
        await eventually(lambda: moody.handled == ["good"], what="the good one, at once")
        await eventually(lambda: moody.handled == ["good", "nine"], within=TENTH_WITHIN_SECONDS, what="the tenth try")
        await eventually(lambda: moody.received.count("ever") == 10, within=TENTH_WITHIN_SECONDS)

        async def parked() -> bool:
            return [letter.reason async for letter in DeadLetters(broker.jetstream).all()] != []

        await eventually(parked, what="the message that always fails being parked")
    letters = [letter async for letter in DeadLetters(broker.jetstream).all()]
    assert [(letter.reason, letter.deliveries) for letter in letters] == [("ValueError: no ever, the 10. time", 10)]
    assert moody.received.count("nine") == 10
