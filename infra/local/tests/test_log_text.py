"""Logs are text in a terminal."""

import json

import pytest

from ticketing_local.log_text import as_text

TIME = "2026-11-26T10:00:00.123456Z"


def test_line_is_time_level_event_and_fields() -> None:
    entry = {"timestamp": TIME, "level": "info", "service": "orders", "event": "request", "route": "/a b", "user": None}
    assert as_text(json.dumps(entry)) == '10:00:00.123 \x1b[32minfo    \x1b[0m request  route="/a b" user=null'


def test_exception_follows_its_line() -> None:
    entry = {"timestamp": TIME, "level": "error", "event": "task.crashed", "exception": "Traceback\nValueError: no"}
    assert as_text(json.dumps(entry)).splitlines()[1:] == ["Traceback", "ValueError: no"]


@pytest.mark.parametrize("line", ["plain text", "{not json", '{"t": {"$date": "2026"}, "s": "I"}', "[1]"])
def test_other_lines_are_left_as_they_are(line: str) -> None:
    assert as_text(line) == line
