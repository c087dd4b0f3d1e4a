"""When spans are recorded, and what happens when they cannot be sent."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest

from ticketing_common.observability import spans
from ticketing_common.observability.recording import Recording
from ticketing_common.observability.spans import Kind
from ticketing_common.settings import CommonSettings, load
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.servers import free_port
from ticketing_test_support.waiting import eventually

MONGO: Mapping[str, str] = {"MONGO_URI": "mongodb://127.0.0.1:1"}
ENDPOINT: Mapping[str, str] = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}

# Serves a request in each service, and prints which modules of OpenTelemetry's SDK it has imported.
SERVE = """
import asyncio, importlib, json, sys
import httpx

async def serve():
    for name in ("auth", "tickets", "orders", "payments", "expiration"):
        module = importlib.import_module(f"ticketing_{name}.app")
        app = module.create_app(importlib.import_module(f"ticketing_{name}.settings").Settings())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as http:
            assert (await http.get("/api/none")).status_code == 404
    importlib.import_module("ticketing_expiration.worker")

asyncio.run(serve())
print(json.dumps([name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))]))
"""


def test_sdk_is_not_imported_while_nothing_is_recorded() -> None:
    environment = {
        **MONGO,
        "NATS_URL": "nats://127.0.0.1:1",
        "REDIS_URL": "redis://127.0.0.1:1",
        "JWT_SECRET": JWT_SECRET,
        "STRIPE_KEY": "sk_test_1",
    }
    command = [sys.executable, "-c", SERVE]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(process.stdout.splitlines()[-1]) == []


@pytest.mark.parametrize(
    ("environment", "records"),
    [
        ({}, False),
        (ENDPOINT, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "true"}, False),
        ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
    ],
)
def test_standard_variables_switch_it_on(
    monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str], records: bool
) -> None:
    for name, value in {**MONGO, **environment}.items():
        monkeypatch.setenv(name, value)
    assert CommonSettings().records_traces is records


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_TRACES_EXPORTER", "zipkin"),
        ("OTEL_TRACES_SAMPLER", "sometimes"),
        ("OTEL_TRACES_SAMPLER_ARG", "10"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "5000"),
        ("OTEL_BSP_SCHEDULE_DELAY", "soon"),
    ],
)
def test_invalid_variable_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    for variable, text in {**MONGO, name: value}.items():
        monkeypatch.setenv(variable, text)
    with pytest.raises(SystemExit, match="2"):
        load(CommonSettings)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {name} must ")


class Problems(logging.Handler):
    """Counts what the SDK reports."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


@pytest.fixture
def without_collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    """A recording that sends each 10 ms to a port where nobody listens."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.2")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
    recording = Recording("test", enabled=True)
    recording.start()
    yield recording
    recording.stop()
    spans.leave()


async def test_absent_collector_is_logged_once(
    without_collector: Recording, capsys: pytest.CaptureFixture[str]
) -> None:
    problems = Problems()
    logging.getLogger("opentelemetry").addHandler(problems)

    def has_failed_often() -> bool:
        with spans.enter("GET", Kind.SERVER):
            return problems.count > 5

    await eventually(has_failed_often)
    (line,) = capsys.readouterr().err.splitlines()
    assert "dependency.unavailable" in line
