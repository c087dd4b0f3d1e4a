"""A log is one JSON object a line, whoever writes it, with the trace it belongs to."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from ticketing_common.observability import configure, tracing

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """What has been logged since the last call."""
    configure(service="shop", level="INFO")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    configure(service="test")


def test_a_line_tells_service_time_level_and_trace(lines: Lines) -> None:
    tracing.begin("00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    structlog.get_logger("any").info("order.placed", order_id="66f0aa1234567890123456ab")
    [line] = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "order.placed",
        "order_id": "66f0aa1234567890123456ab",
        "level": "info",
        "service": "shop",
        "trace_id": "a" * 32,
    }


def test_libraries_and_the_server_log_the_same_way(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").info("Started %s", "it", extra={"color_message": "\x1b[1mStarted %s"})
    logging.getLogger("some.library").warning("with tok_visa", extra={"password": "hunter2"})
    first, second = lines()
    assert (first["event"], first["service"], "color_message" in first) == ("Started it", "shop", False)
    assert (second["event"], second["password"]) == ("with [redacted]", "[redacted]")


def test_a_failure_is_one_line_with_its_traceback_and_without_its_secrets(lines: Lines) -> None:
    structlog.get_logger("any").error("it.failed", exc_info=ValueError("key sk_test_51abc\nis wrong"))
    [line] = lines()
    assert "ValueError: key [redacted]" in line["exception"]
    assert line["exception"].endswith("is wrong")


def test_what_is_below_the_level_is_left_out(lines: Lines) -> None:
    configure(service="shop", level="WARNING")
    structlog.get_logger("any").info("quiet")
    logging.getLogger("some.library").info("quiet")
    structlog.get_logger("any").warning("loud")
    assert [line["event"] for line in lines()] == ["loud"]


def test_configuring_twice_says_nothing_twice(lines: Lines) -> None:
    configure(service="shop")
    structlog.get_logger("any").info("once")
    assert len(lines()) == 1


def test_an_object_that_json_does_not_know_is_written_out(lines: Lines) -> None:
    structlog.get_logger("any").info("odd", thing={1: {2}}, error=ValueError("why"))
    [line] = lines()
    assert (line["thing"], line["error"]) == ({"1": [2]}, "why")


def test_an_access_log_that_was_switched_off_stays_off() -> None:
    access = logging.getLogger("uvicorn.access")
    access.handlers, access.propagate = [], False
    configure(service="orders")
    assert not access.propagate
