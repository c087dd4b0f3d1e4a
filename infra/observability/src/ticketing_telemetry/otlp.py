"""Read spans from an OTLP export request in protobuf. What one span may hold is bounded."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from ticketing_telemetry.spans import KINDS, Link, Span, SpanEvent, Value

MAX_ATTRIBUTES = 64
MAX_TEXT = 1_000
MAX_EVENTS = 16
MAX_LINKS = 16
TRACE_ID_BYTES = 16
SPAN_ID_BYTES = 8


class InvalidPayload(Exception):
    """The body is no export request."""


@dataclass
class Batch:
    """What one request contains; `rejected` spans have ids that are none."""

    spans: list[Span] = field(default_factory=list)
    rejected: int = 0


def read_batch(body: bytes) -> Batch:
    """Raises InvalidPayload."""
    try:
        request = ExportTraceServiceRequest.FromString(body)
    except DecodeError as error:
        raise InvalidPayload(f"not an ExportTraceServiceRequest: {error}") from error
    batch = Batch()
    for resource_spans in request.resource_spans:
        service = _service(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            for message in scope_spans.spans:
                _add(batch, message, service)
    return batch


def _add(batch: Batch, message: trace_pb2.Span, service: str) -> None:
    if len(message.trace_id) == TRACE_ID_BYTES and len(message.span_id) == SPAN_ID_BYTES:
        batch.spans.append(_span(message, service))
    else:
        batch.rejected += 1


def _span(message: trace_pb2.Span, service: str) -> Span:
    return Span(
        trace_id=message.trace_id.hex(),
        span_id=message.span_id.hex(),
        parent_id=message.parent_span_id.hex() or None,
        service=service,
        name=message.name[:MAX_TEXT] or "(no name)",
        kind=KINDS[message.kind] if message.kind < len(KINDS) else KINDS[0],
        start=message.start_time_unix_nano,
        end=message.end_time_unix_nano,
        attributes=_attributes(message.attributes),
        events=tuple(
            SpanEvent(event.name[:MAX_TEXT], event.time_unix_nano, _attributes(event.attributes))
            for event in message.events[:MAX_EVENTS]
        ),
        links=tuple(Link(link.trace_id.hex(), link.span_id.hex()) for link in message.links[:MAX_LINKS]),
        is_error=message.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
        status_message=message.status.message[:MAX_TEXT],
    )


def _service(attributes: Iterable[KeyValue]) -> str:
    names = [item.value.string_value for item in attributes if item.key == "service.name"]
    return names[0][:MAX_TEXT] if names and names[0] else "unknown"


def _attributes(items: Iterable[KeyValue]) -> dict[str, Value]:
    return {item.key[:MAX_TEXT]: _value(item.value) for item, _ in zip(items, range(MAX_ATTRIBUTES), strict=False)}


def _value(value: AnyValue) -> Value:
    match value.WhichOneof("value"):
        case "bool_value":
            return value.bool_value
        case "int_value":
            return value.int_value
        case "double_value":
            return value.double_value
        case "string_value":
            return value.string_value[:MAX_TEXT]
        case "array_value":
            return ", ".join(str(_value(item)) for item in value.array_value.values[:MAX_ATTRIBUTES])[:MAX_TEXT]
        case _:
            return str(value).strip()[:MAX_TEXT]
