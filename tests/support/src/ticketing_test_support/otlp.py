"""A collector of OpenTelemetry's traces, by OTLP over HTTP, for tests to look into."""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ticketing_telemetry.otlp import read_batch
from ticketing_telemetry.receiver import decompress
from ticketing_test_support.waiting import eventually

ORDER_ID = "ticketing.order.id"
# On a busy machine, spans arrive late.
_WITHIN_SECONDS = 30


@dataclass(frozen=True)
class CollectedSpan:
    """A span that a process has sent. Its ids are hex digits, `links` those of other spans."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    links: tuple[str, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Edge:
    """An event that `service` has processed."""

    subject: str
    service: str

    def leads_to(self, span: CollectedSpan) -> bool:
        """Whether this is the span of its processing."""
        return (span.name, span.service) == (f"process {self.subject}", self.service)


class Collector:
    """Keeps all spans of the processes that run with its `environment`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.spans: list[CollectedSpan] = []

    @property
    def environment(self) -> dict[str, str]:
        """Settings that record every trace, and send it soon."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self._port}", "OTEL_BSP_SCHEDULE_DELAY": "500"}

    async def trace_of_order(self, order_id: str, edges: Collection[Edge]) -> list[CollectedSpan]:
        """All spans of the trace in which the order's events went along these edges, once they are there.

        AssertionError when a message about the order is in another trace.
        """

        def has_arrived() -> bool:
            about = self._about(order_id)
            return all(any(edge.leads_to(span) for span in about) for edge in edges) and not self._missing(about)

        await eventually(has_arrived, within=_WITHIN_SECONDS, every=0.1, what=f"the arrival of {edges}")
        (trace_id,) = {span.trace_id for span in self._about(order_id) if span.attributes.get("messaging.system")}
        return [span for span in list(self.spans) if span.trace_id == trace_id]

    def _missing(self, spans: Sequence[CollectedSpan]) -> set[str]:
        """The parents of messages that are not there yet: their processes send them by themselves."""
        return {span.parent_id for span in spans if span.attributes.get("messaging.system")} - {
            span.span_id for span in list(self.spans)
        }

    async def named_spans(self, trace_id: str, names: Sequence[str]) -> list[CollectedSpan]:
        """The first span of each name in a trace, once they are there."""

        def found() -> list[CollectedSpan]:
            trace = [span for span in list(self.spans) if span.trace_id == trace_id]
            return [next(span for span in trace if span.name == name) for name in names if _has(trace, name)]

        await eventually(lambda: len(found()) == len(names), within=_WITHIN_SECONDS, every=0.1, what=f"{names}")
        return found()

    def _about(self, order_id: str) -> list[CollectedSpan]:
        return [span for span in list(self.spans) if span.attributes.get(ORDER_ID) == order_id]


def _has(trace: Sequence[CollectedSpan], name: str) -> bool:
    return any(span.name == name for span in trace)


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.collector = Collector(server.server_port)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.collector  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = decompress(self._body(), self.headers.get("Content-Encoding", "identity"))
        collector: Collector = self.server.collector  # type: ignore[attr-defined]
        if self.path == "/v1/traces":
            collector.spans.extend(_read(body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _body(self) -> bytes:
        """The client's exporter, of Node, sends chunks and no length."""
        if "Content-Length" in self.headers:
            return self.rfile.read(int(self.headers["Content-Length"]))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *_arguments: object) -> None:
        """Not logged."""


def _read(body: bytes) -> Iterator[CollectedSpan]:
    for span in read_batch(body).spans:
        yield CollectedSpan(
            service=span.service,
            name=span.name,
            trace_id=span.trace_id,
            span_id=span.span_id,
            parent_id=span.parent_id or "",
            links=tuple(link.span_id for link in span.links),
            attributes=span.attributes,
        )
