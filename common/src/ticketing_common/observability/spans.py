"""Spans: what OpenTelemetry records of requests, messages and calls. Recorded from `recording.start` on; else each of
these functions costs less than a microsecond, and keeps the trace context of `tracing`.

`enter` begins the work of a request, a message or a job; `resume` continues the trace of something stored; `client` is
a call to a server in between; `start` is for spans that overlap.
"""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from enum import IntEnum
from types import TracebackType
from typing import Protocol, Self

from ticketing_common.observability import tracing

Attributes = Mapping[str, str | int | float | bool]

ORDER_ID = "ticketing.order.id"


class Kind(IntEnum):
    """OpenTelemetry's kinds of spans, with its numbers."""

    INTERNAL = 0
    SERVER = 1
    CLIENT = 2
    PRODUCER = 3
    CONSUMER = 4


class Span(Protocol):
    """Ends when it is left, as failed if an exception leaves it. `traceparent` is its context."""

    @property
    def traceparent(self) -> str:
        """Its context; empty when there is none."""

    @property
    def recorded(self) -> bool:
        """Whether it is worth setting attributes."""

    def rename(self, name: str) -> None:
        """Replace its name."""

    def set(self, attributes: Attributes) -> None:
        """Add attributes."""

    def fail(self, error: str) -> None:
        """Mark it as failed; `error` becomes `error.type`, of low cardinality."""

    def end(self) -> None:
        """Record it."""

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None, /) -> None: ...


class Recorder(Protocol):
    """What records spans."""

    def enter(
        self, name: str, kind: Kind, *, parent: str | None, links: Sequence[str], attributes: Attributes | None
    ) -> tuple[str, Span]:
        """The context of a new span, and the span, if it is sampled; in a new trace without a `parent`."""

    def start(
        self,
        name: str,
        kind: Kind,
        *,
        parent: str,
        links: Sequence[str],
        attributes: Attributes | None,
        started_at: int | None,
    ) -> Span:
        """A span under a sampled one. `started_at` is the Unix time in nanoseconds; now by default."""


class NotRecorded:
    """A span of which nothing is kept."""

    traceparent = ""
    recorded = False

    def rename(self, name: str) -> None: ...
    def set(self, attributes: Attributes) -> None: ...
    def fail(self, error: str) -> None: ...
    def end(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, traceback: object, /) -> None: ...


NOT_RECORDED = NotRecorded()


class Together:
    """Several spans as one."""

    traceparent = ""
    recorded = True

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans

    def rename(self, name: str) -> None:
        for span in self._spans:
            span.rename(name)

    def set(self, attributes: Attributes) -> None:
        for span in self._spans:
            span.set(attributes)

    def fail(self, error: str) -> None:
        for span in self._spans:
            span.fail(error)

    def end(self) -> None:
        for span in self._spans:
            span.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: object, /) -> None:
        if kind is not None:
            self.fail(kind.__qualname__)
        self.end()


_recorder: Recorder | None = None
_span: ContextVar[Span] = ContextVar("span", default=NOT_RECORDED)
_batch: ContextVar[Sequence[Span]] = ContextVar("batch", default=())


def record_with(recorder: Recorder | None) -> None:
    """From now on this recorder records all spans of the process; None ends that."""
    global _recorder  # noqa: PLW0603  # one for the process, as for its logs and metrics
    _recorder = recorder


def is_recording() -> bool:
    """Whether spans are recorded at all."""
    return _recorder is not None


def enter(
    name: str, kind: Kind, *, parent: str | None = None, link: str | None = None, attributes: Attributes | None = None
) -> Span:
    """The span of this task from now on: under `parent`, a `traceparent` header, or in a new trace.

    `parent` may be invalid. Whether this and all below it is sampled is decided here. The context stays current when
    the span ends, for the log line that follows.
    """
    _batch.set(())
    if _recorder is None:
        tracing.begin(parent)
        return NOT_RECORDED
    known = parent if tracing.is_valid(parent) else None
    context, span = _recorder.enter(name, kind, parent=known, links=_links(link), attributes=attributes)
    tracing.use(context)
    _span.set(span)
    return span


def enter_batch(spans: Sequence[Span]) -> None:
    """From now on this task works for all of these: each gets a span of its own for every `client` call."""
    tracing.begin()
    _span.set(NOT_RECORDED)
    _batch.set([span for span in spans if span.recorded])


def resume(stored: str | None, name: str, *, attributes: Attributes | None = None) -> Span:
    """The span, from now on, of work on something that keeps its `traceparent`: in that trace, linked to what is
    current.

    Nothing changes if no trace is stored, or the current one.
    """
    before = tracing.found()
    if not tracing.is_valid(stored) or (before is not None and tracing.same_trace(stored, before)):
        _span.get().set(attributes or {})
        return NOT_RECORDED
    return enter(name, Kind.INTERNAL, parent=stored, link=before, attributes=attributes)


def leave() -> None:
    """This task works on nothing: a background task, between two rounds."""
    tracing.use(None)
    _span.set(NOT_RECORDED)
    _batch.set(())


def current() -> Span:
    """The current span."""
    return _span.get()


def annotate(attributes: Attributes) -> None:
    """Add attributes to the current span."""
    _span.get().set(attributes)


def client(name: str, attributes: Attributes) -> Span:
    """The span of a call to a server, if the current one is recorded."""
    if _recorder is None:
        return NOT_RECORDED
    if batch := _batch.get():
        return Together([start(name, Kind.CLIENT, parent=of.traceparent, attributes=attributes) for of in batch])
    parent = _span.get()
    if not parent.recorded:
        return NOT_RECORDED
    return _recorder.start(
        name, Kind.CLIENT, parent=parent.traceparent, links=(), attributes=attributes, started_at=None
    )


def start(
    name: str,
    kind: Kind,
    *,
    parent: str | None,
    link: str | None = None,
    attributes: Attributes | None = None,
    started_at: int | None = None,
) -> Span:
    """A span under `parent` that is nobody's current one; not recorded if the parent is not. `started_at` is the Unix
    time in nanoseconds."""
    if _recorder is None or not tracing.is_valid(parent) or not tracing.is_sampled(parent):
        return NOT_RECORDED
    return _recorder.start(name, kind, parent=parent, links=_links(link), attributes=attributes, started_at=started_at)


def _links(traceparent: str | None) -> Sequence[str]:
    return (traceparent,) if tracing.is_valid(traceparent) else ()
