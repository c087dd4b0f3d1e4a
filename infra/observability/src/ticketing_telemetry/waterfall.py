"""A trace as rows of a waterfall: depth first, children below their parent, each with its place on the time axis."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ticketing_telemetry.palette import colour_class
from ticketing_telemetry.spans import Link, Span, Trace
from ticketing_telemetry.timeline import Timeline
from ticketing_telemetry.units import format_duration

MIN_WIDTH = 0.003
LABEL_LIMIT = 0.8  # a bar that ends further right has its duration on its left


@dataclass(frozen=True)
class Row:
    """One span; `left` and `width` are fractions of the axis."""

    span: Span
    depth: int
    is_orphan: bool
    left: float
    width: float
    offset: str

    @property
    def right(self) -> float:
        """Where the bar ends."""
        return self.left + self.width

    @property
    def label_is_left(self) -> bool:
        """Whether the duration is written on the left of the bar."""
        return self.right > LABEL_LIMIT

    @property
    def duration(self) -> str:
        """How long the span took."""
        return format_duration(self.span.duration)

    @property
    def colour(self) -> str:
        """The class of its service's colour."""
        return colour_class(self.span.service)


@dataclass(frozen=True)
class Waterfall:
    """What the page and the SVG file show of a trace."""

    trace: Trace

    @cached_property
    def timeline(self) -> Timeline:
        """The time axis."""
        return Timeline.of((span.start, span.end) for span in self.trace.spans)

    @cached_property
    def rows(self) -> list[Row]:
        """All spans. Those whose parent has not been received are at the top level."""
        return [self._row(span, depth) for span, depth in _depth_first(self.trace.spans)]

    @cached_property
    def legend(self) -> list[tuple[str, str]]:
        """Each service with the class of its colour."""
        return [(service, colour_class(service)) for service in self.trace.services]

    def linked(self, link: Link) -> Span | None:
        """The span that a link leads to, if it is of the same trace."""
        return self._by_id.get(link.span_id) if link.trace_id == self.trace.id else None

    @cached_property
    def _by_id(self) -> dict[str, Span]:
        return {span.span_id: span for span in self.trace.spans}

    def _row(self, span: Span, depth: int) -> Row:
        left, right = self.timeline.position(span.start), self.timeline.position(span.end)
        left = min(left, 1 - MIN_WIDTH)
        return Row(
            span=span,
            depth=depth,
            is_orphan=span.parent_id is not None and span.parent_id not in self._by_id,
            left=left,
            width=max(right - left, MIN_WIDTH),
            offset=format_duration(span.start - self.trace.start),
        )


def _depth_first(spans: tuple[Span, ...]) -> Iterator[tuple[Span, int]]:
    """Iterative and once for each span, whatever parents the spans claim to have."""
    children: defaultdict[str | None, list[Span]] = defaultdict(list)
    known = {span.span_id for span in spans}
    for span in spans:
        children[span.parent_id if span.parent_id in known else None].append(span)
    seen: set[str] = set()
    for start in (*children[None], *spans):  # the second part: cycles have no root
        pending = [(start, 0)]
        while pending:
            span, depth = pending.pop()
            if span.span_id in seen:
                continue
            seen.add(span.span_id)
            yield span, depth
            pending.extend((child, depth + 1) for child in reversed(children[span.span_id]))
