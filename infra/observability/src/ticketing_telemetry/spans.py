"""Spans and traces, as the view keeps them. Times are nanoseconds since the epoch."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

Value = str | int | float | bool
ORDER_ID = "ticketing.order.id"
KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")


@dataclass(frozen=True, slots=True)
class SpanEvent:
    """Something that happened during a span, such as an exception."""

    name: str
    time: int
    attributes: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Link:
    """A span that this one is related to, other than its parent."""

    trace_id: str
    span_id: str


@dataclass(frozen=True, slots=True)
class Span:
    """One operation of one process; `kind` is one of KINDS, ids are hexadecimal."""

    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    name: str
    kind: str
    start: int
    end: int
    attributes: Mapping[str, Value]
    events: tuple[SpanEvent, ...] = ()
    links: tuple[Link, ...] = ()
    is_error: bool = False
    status_message: str = ""

    @property
    def duration(self) -> int:
        """In nanoseconds; never negative, although clocks may be."""
        return max(0, self.end - self.start)


@dataclass(frozen=True)
class Trace:
    """The spans received so far with one trace id, at least one, in order of their start; `dropped` were too many."""

    id: str
    spans: tuple[Span, ...]
    dropped: int = 0

    @cached_property
    def root(self) -> Span:
        """The first span without a parent; the first of all while it has not been received."""
        return next((span for span in self.spans if span.parent_id is None), self.spans[0])

    @property
    def start(self) -> int:
        """The start of the first span."""
        return self.spans[0].start

    @cached_property
    def end(self) -> int:
        """The end of the last span."""
        return max(span.end for span in self.spans)

    @property
    def duration(self) -> int:
        """From the start of the first to the end of the last, with all waiting in between."""
        return max(0, self.end - self.start)

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Each once, in order of appearance."""
        return tuple(dict.fromkeys(span.service for span in self.spans))

    @cached_property
    def errors(self) -> int:
        """The number of spans that failed."""
        return sum(span.is_error for span in self.spans)

    @cached_property
    def order_ids(self) -> tuple[str, ...]:
        """The orders that its spans name."""
        return tuple(
            dict.fromkeys(str(span.attributes[ORDER_ID]) for span in self.spans if ORDER_ID in span.attributes)
        )
