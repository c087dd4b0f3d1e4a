"""The recorder of spans that OpenTelemetry's SDK exports, and the only module that imports it: where nothing is
recorded, it costs neither time nor memory. Configured by the standard `OTEL_*` variables.

Until they end, spans are our own: the SDK's cost 35 µs each, a third of a small request.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from random import getrandbits
from typing import Self

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from ticketing_common.observability import tracing
from ticketing_common.observability.sampling import Sampler
from ticketing_common.observability.spans import NOT_RECORDED, Attributes, Kind, Span

_KINDS = {kind: SpanKind[kind.name] for kind in Kind}
_UNSET, _FAILED = Status(StatusCode.UNSET), Status(StatusCode.ERROR)
_SCOPE = InstrumentationScope("ticketing_common")


class OtelSpan:
    """spans.Span, given to `finish` when it ends."""

    __slots__ = ("attributes", "failed", "finish", "kind", "links", "name", "parent", "started_at", "traceparent")

    recorded = True

    def __init__(
        self,
        finish: Callable[["OtelSpan"], None],
        name: str,
        kind: Kind,
        *,
        traceparent: str,
        parent: str | None,
        links: Sequence[str],
        attributes: Attributes | None,
        started_at: int | None,
    ) -> None:
        self.finish = finish
        self.name = name
        self.kind = kind
        self.traceparent = traceparent
        self.parent = parent
        self.links = links
        self.attributes = dict(attributes) if attributes else {}
        self.started_at = started_at or time.time_ns()
        self.failed = False

    def rename(self, name: str) -> None:
        self.name = name

    def set(self, attributes: Attributes) -> None:
        self.attributes.update(attributes)

    def fail(self, error: str) -> None:
        self.attributes["error.type"] = error
        self.failed = True

    def end(self) -> None:
        self.finish(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: object, /) -> None:
        if kind is not None:
            self.fail(kind.__qualname__)
        self.finish(self)


class OtelRecorder:
    """spans.Recorder, which sends what is sampled to `exporter`, in the background."""

    def __init__(self, service: str, exporter: SpanExporter, sampler: Sampler | None = None) -> None:
        self._sampler = sampler or Sampler()
        self._resource = _resource(service)
        self._processor = BatchSpanProcessor(exporter)

    def enter(
        self, name: str, kind: Kind, *, parent: str | None, links: Sequence[str], attributes: Attributes | None
    ) -> tuple[str, Span]:
        traceparent = self._sampler.decide(tracing.child_of(parent), has_parent=parent is not None)
        if not tracing.is_sampled(traceparent):
            return traceparent, NOT_RECORDED
        span = OtelSpan(
            self._finish,
            name,
            kind,
            traceparent=traceparent,
            parent=parent,
            links=links,
            attributes=attributes,
            started_at=None,
        )
        return traceparent, span

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
        return OtelSpan(
            self._finish,
            name,
            kind,
            traceparent=f"{parent[:36]}{getrandbits(64):016x}-01",
            parent=parent,
            links=links,
            attributes=attributes,
            started_at=started_at,
        )

    def close(self, timeout: float) -> None:
        """Send what is left, for at most `timeout` seconds."""
        # The SDK's own limit is 30 s; its thread is a daemon, which does not keep the process from ending.
        sending = threading.Thread(target=self._processor.shutdown, name="otel-shutdown", daemon=True)
        sending.start()
        sending.join(timeout)

    def _finish(self, span: OtelSpan) -> None:
        self._processor.on_end(
            ReadableSpan(
                name=span.name,
                context=_context(span.traceparent),
                parent=_context(span.parent) if span.parent else None,
                resource=self._resource,
                attributes=span.attributes,
                links=[Link(_context(link)) for link in span.links],
                kind=_KINDS[span.kind],
                status=_FAILED if span.failed else _UNSET,
                start_time=span.started_at,
                end_time=time.time_ns(),
                instrumentation_scope=_SCOPE,
            )
        )


def exporter(*, on_success: Callable[[], None]) -> SpanExporter:
    """The one that `OTEL_TRACES_EXPORTER` names; `on_success` is called, in its thread, whenever it has sent spans."""
    if os.environ.get("OTEL_TRACES_EXPORTER") == "console":
        return ConsoleSpanExporter()
    return _OtlpExporter(on_success)


class _OtlpExporter(OTLPSpanExporter):
    def __init__(self, on_success: Callable[[], None]) -> None:
        super().__init__()
        self._on_success = on_success

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        if result is SpanExportResult.SUCCESS:
            self._on_success()
        return result


def _context(traceparent: str) -> SpanContext:
    """Of a valid header."""
    return SpanContext(
        int(traceparent[3:35], 16),
        int(traceparent[36:52], 16),
        is_remote=True,
        trace_flags=TraceFlags(int(traceparent[53:], 16)),
    )


class _Resource(Resource):
    """One that computes its hash once, not for each span that is sent."""

    @cached_property
    def _hash(self) -> int:
        return super().__hash__()

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or super().__eq__(other)


def _resource(service: str) -> Resource:
    """What `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say has priority."""
    instance = f"{socket.gethostname()}-{os.getpid()}"
    configured = OTELResourceDetector().detect().attributes
    created = Resource.create({"service.name": service, "service.instance.id": instance, **configured})
    return _Resource(created.attributes, created.schema_url)
