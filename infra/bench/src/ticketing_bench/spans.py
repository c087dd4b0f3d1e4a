"""The CPU time of spans, with their encoding, for docs/performance/requests.md.

.venv/bin/python -m ticketing_bench.spans
"""

import time
from collections.abc import Callable, Sequence

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from ticketing_common.observability import spans
from ticketing_common.observability.otel import OtelRecorder
from ticketing_common.observability.sampling import Sampler
from ticketing_common.observability.spans import Kind

# Their spans fit into the queue.
REQUESTS = 1_000
ROUNDS = 9
CLOSE_SECONDS = 5
CALL = {
    "db.system.name": "mongodb",
    "db.namespace": "orders",
    "db.collection.name": "orders",
    "db.operation.name": "find",
}


class _Encoder(SpanExporter):
    """Encodes what it gets, and sends it nowhere."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        encode_spans(spans).SerializeToString()
        return SpanExportResult.SUCCESS


def _request() -> None:
    with spans.enter("GET", Kind.SERVER):
        pass


def _request_with_call() -> None:
    with spans.enter("GET", Kind.SERVER), spans.client("find orders", CALL):
        pass


def _microseconds(work: Callable[[], None], ratio: float | None) -> float:
    """Of one request: the best of some rounds."""
    return min(_cpu_seconds(work, ratio) for _ in range(ROUNDS)) / REQUESTS * 1e6


def _cpu_seconds(work: Callable[[], None], ratio: float | None) -> float:
    """Until everything is encoded. With this ratio of traces recorded, or nothing switched on."""
    recorder = OtelRecorder("bench", _Encoder(), Sampler(ratio=ratio)) if ratio is not None else None
    spans.record_with(recorder)
    started = time.process_time()
    for _ in range(REQUESTS):
        work()
    if recorder is not None:
        recorder.close(CLOSE_SECONDS)
    return time.process_time() - started


def main() -> None:
    """Print a line for each share of traces that is recorded."""
    for ratio in (None, 0.0, 0.1, 1.0):
        alone, with_call = (_microseconds(work, ratio) for work in (_request, _request_with_call))
        name = "off" if ratio is None else f"{ratio:.0%}"
        print(f"{name}: {alone:.1f} µs, with a call {with_call:.1f} µs", flush=True)


if __name__ == "__main__":
    main()
