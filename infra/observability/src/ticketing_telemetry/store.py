"""The newest traces, in bounded memory."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ticketing_telemetry.spans import Span, Trace

MAX_TRACES = 1_000
MAX_SPANS = 1_000
MAX_TOTAL_SPANS = 50_000  # about 100 MB


@dataclass(frozen=True)
class Query:
    """What to search for; the defaults match every trace. `text` is a trace id, an order id, or part of a name."""

    text: str = ""
    service: str = ""
    errors_only: bool = False
    min_duration: int = 0

    def matches(self, trace: Trace) -> bool:
        """Whether all conditions hold."""
        return (
            trace.duration >= self.min_duration
            and (not self.service or self.service in trace.services)
            and (not self.errors_only or trace.errors > 0)
            and self._names(trace)
        )

    def _names(self, trace: Trace) -> bool:
        text = self.text.strip().lower()
        return (
            trace.id.startswith(text)
            or any(order_id.startswith(text) for order_id in trace.order_ids)
            or any(text in span.name.lower() for span in trace.spans)
        )


@dataclass
class _Entry:
    spans: dict[str, Span] = field(default_factory=dict)
    dropped: int = 0
    trace: Trace | None = None  # as made last, until another span arrives


class TraceStore:
    """At most `max_traces` traces of at most `max_spans` spans, and `max_total_spans` in all. The trace that was silent
    for longest makes room.
    """

    def __init__(
        self, *, max_traces: int = MAX_TRACES, max_spans: int = MAX_SPANS, max_total_spans: int = MAX_TOTAL_SPANS
    ) -> None:
        self._max_traces = max_traces
        self._max_spans = max_spans
        self._max_total_spans = max_total_spans
        self._total_spans = 0
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, spans: Iterable[Span]) -> None:
        """Add spans; one that is sent again replaces itself."""
        for span in spans:
            self._add(span)
        while len(self._entries) > self._max_traces or self._total_spans > self._max_total_spans:
            _, oldest = self._entries.popitem(last=False)
            self._total_spans -= len(oldest.spans)

    def _add(self, span: Span) -> None:
        entry = self._entries.setdefault(span.trace_id, _Entry())
        self._entries.move_to_end(span.trace_id)
        entry.trace = None
        is_new = span.span_id not in entry.spans
        if is_new and len(entry.spans) >= self._max_spans:
            entry.dropped += 1
            return
        entry.spans[span.span_id] = span
        self._total_spans += is_new

    def get(self, trace_id: str) -> Trace | None:
        """What has been received of it."""
        entry = self._entries.get(trace_id)
        return None if entry is None else _trace(trace_id, entry)

    def services(self) -> list[str]:
        """All services that sent spans, in alphabetical order."""
        return sorted({service for trace in self._traces() for service in trace.services})

    def search(self, query: Query, *, limit: int = 100) -> list[Trace]:
        """Matching traces, the last started first; but an order's own one before requests that only read it."""
        found = [trace for trace in self._traces() if query.matches(trace)]
        found.sort(key=lambda trace: trace.start, reverse=True)
        order_id = query.text.strip().lower()
        found.sort(key=lambda trace: len(trace.services) if order_id in trace.order_ids else 0, reverse=True)
        return found[:limit]

    def _traces(self) -> Iterator[Trace]:
        return (_trace(trace_id, entry) for trace_id, entry in self._entries.items())


def _trace(trace_id: str, entry: _Entry) -> Trace:
    if entry.trace is None:
        spans = sorted(entry.spans.values(), key=lambda span: (span.start, -span.end))
        entry.trace = Trace(trace_id, tuple(spans), entry.dropped)
    return entry.trace
