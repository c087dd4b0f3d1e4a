"""The span of a request, and that a stopping process loses none."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ticketing_test_support.otlp import Collector, collecting
from ticketing_test_support.servers import free_port
from ticketing_test_support.spans import RecordedSpans, parent_of
from ticketing_test_support.waiting import eventually

PORT = free_port()
CALLER = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


async def test_request_has_span_by_conventions(client: httpx.AsyncClient, recorded_spans: RecordedSpans) -> None:
    await client.get("/items/5?q=secret", headers={"traceparent": CALLER})
    (span,) = recorded_spans.all()
    assert (span.name, parent_of(span)) == ("GET /items/{item_id}", CALLER)
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/items/{item_id}",
        "http.response.status_code": 200,
        "url.path": "/items/5",
        "url.scheme": "http",
    }


async def test_failed_request_has_failed_span(client: httpx.AsyncClient, recorded_spans: RecordedSpans) -> None:
    await client.get("/break")
    (span,) = recorded_spans.all()
    assert (span.attributes or {})["error.type"] == "500"
    assert not span.status.is_ok


async def test_probes_and_unknown_paths_leave_no_names(
    client: httpx.AsyncClient, recorded_spans: RecordedSpans
) -> None:
    await client.get("/healthz/ready")
    await client.get("/of/anyone/s/choosing")
    assert [span.name for span in recorded_spans.all()] == ["GET"]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture
def process(mongo_uri: str, collector: Collector) -> Iterator["subprocess.Popen[bytes]"]:
    """A service that sends no span by itself before the test is over."""
    environment = {
        "PATH": os.environ["PATH"],
        "MONGO_URI": mongo_uri,
        "NATS_URL": "nats://127.0.0.1:1",
        "JWT_SECRET": "8letters",
        **collector.environment,
        "OTEL_BSP_SCHEDULE_DELAY": "600000",
    }
    command = [sys.executable, "-m", "uvicorn", "slow_app:app", "--app-dir", str(Path(__file__).parent)]
    with subprocess.Popen([*command, "--port", str(PORT)], env=environment) as process:
        yield process
        process.kill()


async def responds(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/started")).is_success
    except httpx.TransportError:
        return False


async def test_stopping_process_sends_its_spans(process: "subprocess.Popen[bytes]", collector: Collector) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", trust_env=False) as http:
        await eventually(lambda: responds(http), within=60)
    assert collector.spans == []
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)
    assert {(span.service, span.name) for span in collector.spans} == {("slow", "GET /started")}
