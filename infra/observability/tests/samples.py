"""Spans and export requests."""

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from ticketing_telemetry.spans import Span, Trace

TRACE_ID = "ab" * 16
ORDER_ID = "65f0a1b2c3d4e5f6a7b8c900"
MS = 1_000_000


def span(number: int, parent: int | None = None, *, trace_id: str = TRACE_ID, **values: object) -> Span:
    """A span of orders that takes 10 ms, by default."""
    fields: dict[str, object] = {
        "service": "orders",
        "name": f"span {number}",
        "kind": "internal",
        "start": number * MS,
        "end": (number + 10) * MS,
        "attributes": {},
    }
    parent_id = None if parent is None else f"{parent:016x}"
    return Span(trace_id=trace_id, span_id=f"{number:016x}", parent_id=parent_id, **{**fields, **values})  # type: ignore[arg-type]


def trace(*spans: Span) -> Trace:
    """A trace of these spans, which are in order of their start."""
    return Trace(TRACE_ID, spans)


def export_request(*messages: trace_pb2.Span, service: str = "orders") -> bytes:
    """An export request with these spans of one service."""
    name = KeyValue(key="service.name", value=AnyValue(string_value=service))
    scope = trace_pb2.ScopeSpans(spans=messages)
    resource_spans = trace_pb2.ResourceSpans(resource=Resource(attributes=[name]), scope_spans=[scope])
    return ExportTraceServiceRequest(resource_spans=[resource_spans]).SerializeToString()


def span_message(number: int = 1, **values: object) -> trace_pb2.Span:
    """A valid span."""
    ids = {"trace_id": bytes.fromhex(TRACE_ID), "span_id": number.to_bytes(8, "big")}
    return trace_pb2.Span(**{**ids, "name": f"span {number}", **values})  # type: ignore[arg-type]
