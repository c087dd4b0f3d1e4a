"""POST /v1/traces: what is stored, and what is refused."""

import gzip

import httpx
import pytest
from infra.observability.tests.samples import TRACE_ID, export_request, span_message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from ticketing_telemetry.otlp import MAX_ATTRIBUTES, MAX_TEXT
from ticketing_telemetry.receiver import MAX_BODY_BYTES, MAX_PLAIN_BYTES
from ticketing_telemetry.store import TraceStore


async def post(http: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await http.post("/v1/traces", content=body, headers={"content-type": "application/x-protobuf", **named})


async def test_spans_are_stored_by_trace(http: httpx.AsyncClient, store: TraceStore) -> None:
    response = await post(http, export_request(span_message(1), span_message(2), service="tickets"))
    assert (response.status_code, response.headers["content-type"]) == (200, "application/x-protobuf")
    trace = store.get(TRACE_ID)
    assert trace is not None
    assert [(span.service, span.name) for span in trace.spans] == [("tickets", "span 1"), ("tickets", "span 2")]


async def test_gzip_is_accepted(http: httpx.AsyncClient, store: TraceStore) -> None:
    response = await post(http, gzip.compress(export_request(span_message())), content_encoding="gzip")
    assert (response.status_code, len(store)) == (200, 1)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"\xff\xff\xff", "identity"),
        (export_request(span_message())[:-3], "identity"),
        (b"not gzip", "gzip"),
        (gzip.compress(export_request(span_message()))[:-9], "gzip"),
        (export_request(span_message()), "br"),
    ],
    ids=["not protobuf", "cut off", "not gzip", "gzip, cut off", "unknown encoding"],
)
async def test_malformed_body_is_refused(
    http: httpx.AsyncClient, store: TraceStore, body: bytes, encoding: str
) -> None:
    assert (await post(http, body, content_encoding=encoding)).status_code == 400
    assert len(store) == 0


async def test_other_format_is_refused(http: httpx.AsyncClient) -> None:
    assert (await post(http, b"{}", content_type="application/json")).status_code == 415


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(bytes(MAX_BODY_BYTES + 1), "identity"), (gzip.compress(bytes(MAX_PLAIN_BYTES + 1)), "gzip")],
    ids=["identity", "gzip"],
)
async def test_large_body_is_refused(http: httpx.AsyncClient, body: bytes, encoding: str) -> None:
    assert (await post(http, body, content_encoding=encoding)).status_code == 413


async def test_span_without_valid_ids_is_rejected_alone(http: httpx.AsyncClient, store: TraceStore) -> None:
    response = await post(http, export_request(span_message(1), span_message(2, span_id=b"short")))
    partial = ExportTraceServiceResponse.FromString(response.content).partial_success
    assert (response.status_code, partial.rejected_spans) == (200, 1)
    trace = store.get(TRACE_ID)
    assert trace is not None
    assert [span.name for span in trace.spans] == ["span 1"]


async def test_attributes_of_a_span_are_bounded(http: httpx.AsyncClient, store: TraceStore) -> None:
    attributes = [KeyValue(key=f"a{i}", value=AnyValue(string_value="x" * 5_000)) for i in range(100)]
    await post(http, export_request(span_message(attributes=attributes, name="n" * 5_000)))
    trace = store.get(TRACE_ID)
    assert trace is not None
    (span,) = trace.spans
    assert (len(span.attributes), {len(str(value)) for value in span.attributes.values()}) == (
        MAX_ATTRIBUTES,
        {MAX_TEXT},
    )
    assert len(span.name) == MAX_TEXT


async def test_other_host_name_is_refused(http: httpx.AsyncClient) -> None:
    assert (await http.get("/", headers={"host": "example.com"})).status_code == 400
