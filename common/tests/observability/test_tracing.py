"""One trace leads from the request to every event and log line that it caused."""

import pytest

from ticketing_common.observability import tracing

PARENT = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def test_work_under_a_parent_is_a_new_span_of_the_same_trace() -> None:
    span = tracing.begin(PARENT)
    assert span.split("-")[1] == tracing.trace_id() == "a" * 32
    assert span.split("-")[2] != "b" * 16
    assert tracing.current() == span


@pytest.mark.parametrize(
    "parent",
    [
        None,
        "",
        "garbage",
        PARENT.upper(),
        PARENT + "-more",
        "00-" + "0" * 32 + "-" + "b" * 16 + "-01",
        "01" + PARENT[2:],
    ],
)
def test_without_a_valid_parent_a_new_trace_begins(parent: str | None) -> None:
    first, second = tracing.begin(parent), tracing.begin(parent)
    assert first.split("-")[1] not in ("a" * 32, "0" * 32, second.split("-")[1])
