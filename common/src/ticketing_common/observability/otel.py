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
from typing import Any, Self

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
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_SCOPE = InstrumentationScope("ticketing_common")


class OtelSpan:
    """spans.Span, given to `finish` when it ends."""

    __slots__ = (
        *("attributes", "ended_at", "failed", "finish", "kind", "links", "name", "parent", "started_at"),
        "traceparent",
    )

    recorded = True
    context = SpanContext(1, 1, is_remote=False, trace_flags=_SAMPLED)  # all that the SDK's queue looks at

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
        self.ended_at = 0
        self.failed = False

    def rename(self, name: str) -> None:
        self.name = name

    def set(self, attributes: Attributes) -> None:
        self.attributes.update(attributes)

    def fail(self, error: str) -> None:
        self.attributes["error.type"] = error
        self.failed = True

    def end(self) -> None:
        self.ended_at = time.time_ns()
        self.finish(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: object, /) -> None:
        if kind is not None:
            self.fail(kind.__qualname__)
        self.end()

    def to_sdk(self, resource: Resource) -> ReadableSpan:
        """The same for the SDK's exporters."""
        return ReadableSpan(
            name=self.name,
            context=_context(self.traceparent, is_remote=False),
            # Only a call's parent is certainly of this process: others came in a header, or were stored.
            parent=_context(self.parent, is_remote=self.kind is not Kind.CLIENT) if self.parent else None,
            resource=resource,
            attributes=self.attributes,
            links=[Link(_context(link, is_remote=True)) for link in self.links],
            kind=_KINDS[self.kind],
            status=_FAILED if self.failed else _UNSET,
            start_time=self.started_at,
            end_time=self.ended_at,
            instrumentation_scope=_SCOPE,
        )


class _Exporter(SpanExporter):
    """Turns spans into the SDK's only here, in the thread that sends them."""

    def __init__(self, exporter: SpanExporter, resource: Resource, on_success: Callable[[], None]) -> None:
        self._exporter = exporter
        self._resource = resource
        self._on_success = on_success

    def export(self, spans: Sequence[Any]) -> SpanExportResult:
        result = self._exporter.export([span.to_sdk(self._resource) for span in spans])
        if result is SpanExportResult.SUCCESS:
            self._on_success()
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


class OtelRecorder:
    """spans.Recorder, which sends what is sampled to `exporter`, in the background.

    `on_success` is called, in its thread, whenever it has sent spans.
    """

    def __init__(
        self,
        service: str,
        exporter: SpanExporter,
        sampler: Sampler,
        *,
        on_success: Callable[[], None] = lambda: None,
    ) -> None:
        self._sampler = sampler
        self._processor = BatchSpanProcessor(_Exporter(exporter, _resource(service), on_success))
        self._finish: Callable[[Any], None] = self._processor.on_end

    def enter(
        self, name: str, kind: Kind, *, parent: str | None, links: Sequence[str], attributes: Attributes | None
    ) -> tuple[str, Span]:
        traceparent = self._sampler.child_of(parent)
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


def new_exporter() -> SpanExporter:
    """The one that `OTEL_TRACES_EXPORTER` names."""
    return ConsoleSpanExporter() if os.environ.get("OTEL_TRACES_EXPORTER") == "console" else OTLPSpanExporter()


def _context(traceparent: str, *, is_remote: bool) -> SpanContext:
    """Of a valid header."""
    return SpanContext(
        int(traceparent[3:35], 16),
        int(traceparent[36:52], 16),
        is_remote=is_remote,
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
