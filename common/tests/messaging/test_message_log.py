"""Each delivery of a message leaves one line, whatever becomes of it."""

import json
from collections.abc import Callable, Collection, Sequence
from typing import Any

import pytest

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import Broker, Publisher, RetryLater, RetryPolicy
from ticketing_common.observability import configure
from ticketing_common.observability.lines import OUTPUT
from ticketing_test_support.listeners import (
    RecordingBatchListener,
    RecordingListener,
    consuming,
    envelope,
    publish_expirations,
)
from ticketing_test_support.waiting import eventually

FIRST, SECOND = "66f0aa1234567890123456ab", "66f0aa1234567890123456ac"

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """All `message` lines so far."""
    configure(service="orders", log_format="json")
    written: list[str] = []

    def read() -> list[dict[str, Any]]:
        OUTPUT.flush()
        written.extend(capsys.readouterr().err.splitlines())
        return [line for line in map(json.loads, written) if line["event"] == "message"]

    return read


async def test_message_has_one_line(broker: Broker, lines: Lines) -> None:
    async with consuming(broker, RecordingListener()):
        await Publisher(broker).publish([envelope(FIRST)])
        await eventually(lambda: len(lines()) == 1, what="the line")
    [line] = lines()
    assert line.pop("timestamp").endswith("Z")
    assert 0 < line.pop("duration_ms") < 60_000
    assert line == {
        "level": "info",
        "service": "orders",
        "event": "message",
        "subject": "expiration.complete",
        "consumer": "test-listener",
        "outcome": "handled",
        "deliveries": 1,
        "trace_id": "a" * 32,
        "order_id": FIRST,
    }


async def test_each_delivery_says_what_became_of_it(broker: Broker, lines: Lines) -> None:
    async def react(_order_id: str, delivery: int) -> None:
        if delivery == 1:
            raise RetryLater(0.01)
        if delivery == 2:
            raise Unavailable
        raise ValueError

    async with consuming(broker, RecordingListener(react), retry=RetryPolicy(0.01, 0.02, max_deliveries=4)):
        await publish_expirations(broker, FIRST)
        await eventually(lambda: len(lines()) == 4, what="all deliveries")
    assert [(line["deliveries"], line["outcome"]) for line in lines()] == [
        (1, "deferred"),
        (2, "retried"),
        (3, "retried"),
        (4, "dead_lettered"),
    ]


async def test_messages_handled_together_have_a_line_each(broker: Broker, lines: Lines) -> None:
    async def leave_second(order_ids: Sequence[str]) -> Collection[str]:
        return [order_id for order_id in order_ids if order_id == SECOND]

    await publish_expirations(broker, FIRST, SECOND)
    async with consuming(broker, RecordingBatchListener(leave_second)):
        await eventually(lambda: len(lines()) == 2, what="both lines")
    assert {(line["order_id"], line["outcome"], line["deliveries"], line["trace_id"]) for line in lines()} == {
        (FIRST, "handled", 1, "a" * 32),
        (SECOND, "handled", 1, "a" * 32),
    }
