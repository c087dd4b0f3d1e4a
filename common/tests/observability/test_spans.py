"""Spans and the context they leave behind, as OpenTelemetry's SDK records them."""

from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from ticketing_common.observability import spans, tracing
from ticketing_common.observability.otel import OtelRecorder
from ticketing_common.observability.spans import Kind

SAMPLED = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
NOT_SAMPLED = SAMPLED[:-1] + "0"
STORED = "00-" + "c" * 32 + "-" + "d" * 16 + "-01"


class Exported(SpanExporter):
    """What was sent."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


class Recorded:
    """What `record` does is recorded."""

    def __init__(self) -> None:
        self._exported = Exported()
        self._recorder = OtelRecorder("test", self._exported)
        spans.record_with(self._recorder)

    def all(self) -> dict[str, ReadableSpan]:
        """Every span, by name."""
        self._recorder.close(5)
        return {span.name: span for span in self._exported.spans}


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    spans.leave()
    yield Recorded()
    spans.record_with(None)
    spans.leave()


def context_of(span: ReadableSpan) -> str:
    return f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-01"


def parent_of(span: ReadableSpan) -> str | None:
    return f"00-{span.parent.trace_id:032x}-{span.parent.span_id:016x}-01" if span.parent else None


def links_of(span: ReadableSpan) -> list[str]:
    return [f"00-{link.context.trace_id:032x}-{link.context.span_id:016x}-01" for link in span.links]


def test_request_is_child_of_its_caller_and_parent_of_its_calls(recorded: Recorded) -> None:
    with spans.enter("GET", Kind.SERVER, parent=SAMPLED) as request:
        request.rename("GET /orders")
        assert tracing.current() == request.traceparent
        with spans.client("find orders", {"db.system.name": "mongodb"}):
            pass
    found = recorded.all()
    assert parent_of(found["GET /orders"]) == SAMPLED
    assert parent_of(found["find orders"]) == context_of(found["GET /orders"])


def test_nothing_below_an_unsampled_request_is_recorded(recorded: Recorded) -> None:
    with spans.enter("GET", Kind.SERVER, parent=NOT_SAMPLED) as request, spans.client("find orders", {}):
        assert request.traceparent.endswith("-00")
        assert tracing.current() == request.traceparent
    assert recorded.all() == {}


def test_background_work_makes_no_trace_of_its_own(recorded: Recorded) -> None:
    with spans.client("find orders", {}):
        pass
    assert recorded.all() == {}


def test_resumed_work_is_in_the_stored_trace_with_a_link_to_the_request(recorded: Recorded) -> None:
    with spans.enter("POST", Kind.SERVER, parent=SAMPLED), spans.resume(STORED, "pay"):
        assert tracing.trace_id() == "c" * 32
    assert tracing.trace_id() == "c" * 32, "for the request's log line"
    found = recorded.all()
    assert parent_of(found["pay"]) == STORED
    assert links_of(found["pay"]) == [context_of(found["POST"])]


@pytest.mark.parametrize("stored", [None, "", "x", SAMPLED])
def test_nothing_is_resumed_without_another_trace(recorded: Recorded, stored: str | None) -> None:
    with spans.enter("POST", Kind.SERVER, parent=SAMPLED), spans.resume(stored, "pay"):
        assert tracing.trace_id() == "a" * 32
    assert recorded.all().keys() == {"POST"}


def test_stored_trace_is_resumed_while_nothing_is_recorded() -> None:
    with spans.enter("POST", Kind.SERVER, parent=SAMPLED), spans.resume(STORED, "pay"):
        assert tracing.current().startswith(STORED[:35])


def test_call_for_a_batch_is_recorded_in_each_trace(recorded: Recorded) -> None:
    messages = [spans.start(f"process {n}", Kind.CONSUMER, parent=f"00-{n:032x}-{1:016x}-01") for n in (1, 2)]
    spans.enter_batch(messages)
    with spans.client("update orders", {}):
        pass
    spans.leave()
    with spans.client("find orders", {}):
        pass
    recorded.all()
    calls = [span for span in recorded._exported.spans if span.name == "update orders"]
    assert sorted(span.context.trace_id for span in calls) == [1, 2]
    assert all(span.name != "find orders" for span in recorded._exported.spans)


def test_exception_marks_its_spans_as_failed(recorded: Recorded) -> None:
    with pytest.raises(LookupError), spans.enter("GET", Kind.SERVER), spans.client("find orders", {}):
        raise LookupError
    found = recorded.all()["find orders"]
    assert found.attributes == {"error.type": "LookupError"}
    assert not found.status.is_ok
