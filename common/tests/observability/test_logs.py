"""Every log line is one JSON object, with its trace and without secrets."""

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
    """The lines logged since the last call."""
    configure(service="shop", log_format="json")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    configure(service="test")


def test_line_has_service_time_level_and_trace(lines: Lines) -> None:
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


def test_line_begins_with_what_every_line_has(lines: Lines) -> None:
    structlog.get_logger("any").info("order.placed", order_id="66f0aa1234567890123456ab")
    assert list(lines()[0])[:4] == ["timestamp", "level", "service", "event"]


def test_console_format_is_text_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    configure(service="shop", log_format="console")
    structlog.get_logger("any").info("order.placed", order_id="66f0aa1234567890123456ab", token="tok_visa")
    configure(service="test")
    written = capsys.readouterr().err
    assert "order_id=66f0aa1234567890123456ab" in written
    assert "token=[redacted]" in written


def test_libraries_log_in_the_same_format(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").info("Started %s", "it", extra={"color_message": "\x1b[1mStarted %s"})
    logging.getLogger("some.library").warning("with tok_visa", extra={"password": "hunter2"})
    first, second = lines()
    assert (first["event"], first["service"], "color_message" in first) == ("Started it", "shop", False)
    assert (second["event"], second["password"]) == ("with [redacted]", "[redacted]")


def test_exception_is_one_line_without_secrets(lines: Lines) -> None:
    structlog.get_logger("any").error("it.failed", exc_info=ValueError("key sk_test_51abc\nis wrong"))
    [line] = lines()
    assert "ValueError: key [redacted]" in line["exception"]
    assert line["exception"].endswith("is wrong")


def test_level_filters_all_loggers(lines: Lines) -> None:
    configure(service="shop", level="WARNING", log_format="json")
    structlog.get_logger("any").info("quiet")
    logging.getLogger("some.library").info("quiet")
    structlog.get_logger("any").warning("loud")
    assert [line["event"] for line in lines()] == ["loud"]


def test_configuring_twice_does_not_duplicate_lines(lines: Lines) -> None:
    configure(service="shop", log_format="json")
    structlog.get_logger("any").info("once")
    assert len(lines()) == 1


def test_unserialisable_objects_are_converted(lines: Lines) -> None:
    structlog.get_logger("any").info("odd", item={1: {2}}, error=ValueError("why"))
    [line] = lines()
    assert (line["item"], line["error"]) == ({"1": [2]}, "why")


def test_disabled_access_log_stays_off() -> None:
    access = logging.getLogger("uvicorn.access")
    access.handlers, access.propagate = [], False
    configure(service="orders")
    assert not access.propagate


def test_level_applies_to_the_server_too(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").setLevel(logging.INFO)
    configure(service="orders", level="WARNING")
    logging.getLogger("uvicorn.error").info("Shutting down")
    logging.getLogger("uvicorn.error").warning("Something is wrong")
    assert [line["event"] for line in lines()] == ["Something is wrong"]
