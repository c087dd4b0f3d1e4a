"""Spans and the context they leave behind, as OpenTelemetry's SDK records them."""

import pytest

from ticketing_common.observability import spans, tracing
from ticketing_common.observability.spans import Kind
from ticketing_test_support.spans import RecordedSpans, context_of, links_of, parent_of

SAMPLED = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
NOT_SAMPLED = SAMPLED[:-1] + "0"
STORED = "00-" + "c" * 32 + "-" + "d" * 16 + "-01"


def test_request_is_child_of_its_caller_and_parent_of_its_calls(recorded_spans: RecordedSpans) -> None:
    with spans.enter("GET", Kind.SERVER, parent=SAMPLED) as request:
        request.rename("GET /orders")
        assert tracing.current() == request.traceparent
        with spans.client("find orders", {"db.system.name": "mongodb"}):
            pass
    found = recorded_spans.by_name()
    assert parent_of(found["GET /orders"]) == SAMPLED
    assert parent_of(found["find orders"]) == context_of(found["GET /orders"])


def test_nothing_below_an_unsampled_request_is_recorded(recorded_spans: RecordedSpans) -> None:
    with spans.enter("GET", Kind.SERVER, parent=NOT_SAMPLED), spans.client("find orders", {}):
        assert tracing.current()[:36] == NOT_SAMPLED[:36]
        assert not tracing.is_sampled(tracing.current())
    assert recorded_spans.by_name() == {}


def test_background_work_makes_no_trace_of_its_own(recorded_spans: RecordedSpans) -> None:
    with spans.client("find orders", {}):
        pass
    assert recorded_spans.by_name() == {}


def test_resumed_work_is_in_the_stored_trace_with_a_link_to_the_request(recorded_spans: RecordedSpans) -> None:
    with spans.enter("POST", Kind.SERVER, parent=SAMPLED), spans.resume(STORED, "pay"):
        assert tracing.trace_id() == "c" * 32
    assert tracing.trace_id() == "c" * 32, "for the request's log line"
    found = recorded_spans.by_name()
    assert parent_of(found["pay"]) == STORED
    assert links_of(found["pay"]) == [context_of(found["POST"])]


@pytest.mark.parametrize("stored", [None, "", "x", SAMPLED])
def test_nothing_is_resumed_without_another_trace(recorded_spans: RecordedSpans, stored: str | None) -> None:
    with spans.enter("POST", Kind.SERVER, parent=SAMPLED), spans.resume(stored, "pay"):
        assert tracing.trace_id() == "a" * 32
    assert recorded_spans.by_name().keys() == {"POST"}


def test_stored_trace_is_resumed_while_nothing_is_recorded() -> None:
    with spans.enter("POST", Kind.SERVER, parent=SAMPLED), spans.resume(STORED, "pay"):
        assert tracing.current().startswith(STORED[:35])


def test_call_for_a_batch_is_recorded_in_each_trace(recorded_spans: RecordedSpans) -> None:
    messages = [spans.start(f"process {n}", Kind.CONSUMER, parent=f"00-{n:032x}-{1:016x}-01") for n in (1, 2)]
    spans.enter_batch(messages)
    with spans.client("update orders", {}):
        pass
    spans.leave()
    with spans.client("find orders", {}):
        pass
    assert {(span.name, span.context.trace_id) for span in recorded_spans.all()} == {
        ("update orders", 1),
        ("update orders", 2),
    }


def test_exception_marks_its_spans_as_failed(recorded_spans: RecordedSpans) -> None:
    with pytest.raises(LookupError), spans.enter("GET", Kind.SERVER), spans.client("find orders", {}):
        raise LookupError
    found = recorded_spans.by_name()["find orders"]
    assert found.attributes == {"error.type": "LookupError"}
    assert not found.status.is_ok
