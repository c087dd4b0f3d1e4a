"""The recorder of spans by OpenTelemetry's SDK, and the only module that imports it: where nothing is recorded, it
costs neither time nor memory. Configured by the standard `OTEL_*` variables.
"""

import os
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Self

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter, SpanExportResult
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace import Span as SdkSpan

from ticketing_common.observability.spans import Attributes, Kind

_KINDS = {kind: SpanKind[kind.name] for kind in Kind}
_FAILED = Status(StatusCode.ERROR)
_SCOPE = "ticketing_common"


class OtelSpan:
    """spans.Span of the SDK."""

    def __init__(self, span: SdkSpan) -> None:
        self._span = span
        self.recorded = span.is_recording()

    @property
    def traceparent(self) -> str:
        context = self._span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def set(self, attributes: Attributes) -> None:
        self._span.set_attributes(attributes)

    def fail(self, error: str) -> None:
        self._span.set_attribute("error.type", error)
        self._span.set_status(_FAILED)

    def end(self) -> None:
        self._span.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: object, /) -> None:
        if kind is not None:
            self.fail(kind.__qualname__)
        self._span.end()


class OtelRecorder:
    """spans.Recorder, which sends what is sampled to `exporter`, in the background."""

    def __init__(self, service: str, exporter: SpanExporter) -> None:
        # Without atexit: `close` is called, and bounded in time.
        self._provider = TracerProvider(resource=_resource(service), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer(_SCOPE)

    def start(
        self,
        name: str,
        kind: Kind,
        *,
        parent: str | None,
        links: Sequence[str],
        attributes: Attributes | None,
        started_at: int | None,
    ) -> OtelSpan:
        return OtelSpan(
            self._tracer.start_span(
                name,
                context=set_span_in_context(NonRecordingSpan(_context(parent)), _EMPTY) if parent else _EMPTY,
                kind=_KINDS[kind],
                attributes=attributes,
                links=[Link(_context(link)) for link in links],
                start_time=started_at,
            )
        )

    def close(self, timeout: float) -> None:
        """Send what is left, for at most `timeout` seconds."""
        # The SDK's own limit is 30 s; its thread is a daemon, which does not keep the process from ending.
        sending = threading.Thread(target=self._provider.shutdown, name="otel-shutdown", daemon=True)
        sending.start()
        sending.join(timeout)


_EMPTY = Context()


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


def _resource(service: str) -> Resource:
    """What `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say has priority."""
    instance = f"{socket.gethostname()}-{os.getpid()}"
    configured = OTELResourceDetector().detect().attributes
    return Resource.create({"service.name": service, "service.instance.id": instance, **configured})
