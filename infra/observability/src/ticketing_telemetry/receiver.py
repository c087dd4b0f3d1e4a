"""POST /v1/traces, as OTLP over HTTP prescribes it. Bodies are bounded before and after decompression."""

import zlib

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ticketing_telemetry.otlp import InvalidPayload, read_batch
from ticketing_telemetry.store import TraceStore

MAX_BODY_BYTES = 4 << 20
MAX_PLAIN_BYTES = 16 << 20
PROTOBUF = "application/x-protobuf"
GZIP = 16 + zlib.MAX_WBITS


class TooLarge(Exception):
    """The body exceeds a bound."""


async def receive(request: Request) -> Response:
    """Store the spans of an export request. Those with invalid ids are rejected, the others of the request are not."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != PROTOBUF:
        return PlainTextResponse(f"Send {PROTOBUF}", status_code=415)
    try:
        batch = read_batch(decompress(await _body(request), request.headers.get("content-encoding", "identity")))
    except TooLarge:
        return PlainTextResponse(f"Send at most {MAX_BODY_BYTES} bytes", status_code=413)
    except InvalidPayload as error:
        return PlainTextResponse(str(error), status_code=400)
    store: TraceStore = request.app.state.store
    store.add(batch.spans)
    response = ExportTraceServiceResponse()
    if batch.rejected:
        response.partial_success.rejected_spans = batch.rejected
        response.partial_success.error_message = "a trace id has 16 bytes and a span id 8"
    return Response(response.SerializeToString(), media_type=PROTOBUF)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge
    return bytes(body)


def decompress(body: bytes, encoding: str) -> bytes:
    """Of `identity` or `gzip`. Raises TooLarge and InvalidPayload."""
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise InvalidPayload(f"the content encoding '{encoding}' is not supported")
    inflater = zlib.decompressobj(GZIP)
    try:
        plain = inflater.decompress(body, MAX_PLAIN_BYTES)
    except zlib.error as error:
        raise InvalidPayload(f"not gzip: {error}") from error
    if inflater.unconsumed_tail:
        raise TooLarge
    if not inflater.eof:
        raise InvalidPayload("the gzip stream is cut short")
    return plain
