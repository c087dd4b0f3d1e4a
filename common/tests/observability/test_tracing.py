"""A trace leads from a request to the events and log lines that it caused."""

import pytest

from ticketing_common.observability import tracing

PARENT = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def test_span_belongs_to_its_parents_trace() -> None:
    span = tracing.begin(PARENT)
    assert span.split("-")[1] == tracing.trace_id() == "a" * 32
    assert span.split("-")[2] != "b" * 16
    assert tracing.current() == span


@pytest.mark.parametrize(
    "parent",
    [None, "", "garbage", PARENT.upper(), PARENT + "-more", f"00-{'0' * 32}-{'b' * 16}-01", "01" + PARENT[2:]],
)
def test_invalid_parent_starts_a_new_trace(parent: str | None) -> None:
    first, second = tracing.begin(parent), tracing.begin(parent)
    assert first.split("-")[1] not in ("a" * 32, "0" * 32, second.split("-")[1])
