"""Spans that the test's own process records."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from ticketing_common.observability import spans
from ticketing_common.observability.otel import OtelRecorder
from ticketing_common.observability.sampling import Sampler

_CLOSE_SECONDS = 5


class RecordedSpans:
    """What is recorded from now on, until it is looked at."""

    def __init__(self) -> None:
        self._exporter = _InMemoryExporter()
        self._recorder = OtelRecorder("test", self._exporter, Sampler())
        spans.leave()
        spans.record_with(self._recorder)

    def all(self) -> Sequence[ReadableSpan]:
        """Those that have ended."""
        self.close()
        return self._exporter.spans

    def by_name(self) -> dict[str, ReadableSpan]:
        """The last one of each name."""
        return {span.name: span for span in self.all()}

    def close(self) -> None:
        """Record no more."""
        spans.record_with(None)
        self._recorder.close(_CLOSE_SECONDS)
        spans.leave()


class _InMemoryExporter(SpanExporter):
    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


def context_of(span: ReadableSpan) -> str:
    """Its `traceparent`."""
    return f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-01"


def parent_of(span: ReadableSpan) -> str | None:
    """Its parent's `traceparent`."""
    return f"00-{span.parent.trace_id:032x}-{span.parent.span_id:016x}-01" if span.parent else None


def links_of(span: ReadableSpan) -> list[str]:
    """The `traceparent`s of its links."""
    return [f"00-{link.context.trace_id:032x}-{link.context.span_id:016x}-01" for link in span.links]
