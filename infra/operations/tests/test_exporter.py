"""The exporter on a real NATS server, with the rights that it has in production."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import nats
import pytest
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig
from prometheus_client.parser import text_string_to_metric_families

from ticketing_common.messaging import StreamLimits
from ticketing_common.messaging.streams import ensure_streams
from ticketing_local.permissions import NATS_USERS, nats_authorization, nats_users, password_variable
from ticketing_ops.consumers import CONSUMERS
from ticketing_ops.exporter.server import build_app, serve
from ticketing_ops.exporter.settings import Settings
from ticketing_test_support.servers import Server, accepts, free_port, nats_server, started
from ticketing_test_support.waiting import wait_until

Samples = dict[tuple[str, str], float]  # by metric and its consumer or stream
MAX_BYTES = 1024**2


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """With the users of the local stack and of Kubernetes; each password is p4ss."""
    server = nats_server(tmp_path)
    with (tmp_path / "nats.conf").open("a") as config:
        config.write(nats_authorization())
    server.environment = {password_variable(user): "p4ss" for user in nats_users()}
    with started(server):
        yield server


@pytest.fixture
async def jetstream(server: Server) -> AsyncIterator[JetStreamContext]:
    """The operator's, with both streams."""
    connection = await nats.connect(server.url, user="ops", password="p4ss")
    await ensure_streams(connection.jetstream(), StreamLimits(max_bytes=MAX_BYTES))
    yield connection.jetstream()
    await connection.close()


def url_of(server: Server) -> str:
    return server.url.replace("://", "://exporter:p4ss@")


async def scrape(server: Server, *, monitor: str | None = None) -> Samples:
    app = build_app(Settings(nats_url=url_of(server), nats_monitor_url=monitor))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://exporter")
    async with app.router.lifespan_context(app), http:
        return samples((await http.get("/metrics")).text)


def samples(text: str) -> Samples:
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {
        (sample.name, sample.labels.get("consumer") or sample.labels.get("stream", "")): sample.value
        for sample in found
    }


@contextmanager
def running_exporter(server: Server, folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """The process, as in the image, and its address."""
    port = free_port()
    environment = {**os.environ, "NATS_URL": url_of(server), "METRICS_PORT": str(port), "METRICS_HOST": "127.0.0.1"}
    command = [sys.executable, "-m", "ticketing_ops.exporter"]
    with (folder / "exporter.log").open("wb") as log, subprocess.Popen(command, env=environment, stderr=log) as process:
        try:
            wait_until(lambda: accepts(port), within=60, what="the exporter listening")
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def test_known_consumers_are_those_that_services_may_create() -> None:
    allowed = {consumer: subject for user in NATS_USERS for consumer, subject in user.consumers.items()}
    assert allowed == CONSUMERS


async def test_lag_shows_pending_unacknowledged_and_oldest_events(server, jetstream) -> None:
    config = ConsumerConfig(durable_name="tickets-order-created", filter_subject="order.created", ack_wait=30)
    await jetstream.add_consumer("TICKETING", config)
    for _ in range(3):
        await jetstream.publish("order.created", b"{}")
    pull = await jetstream.pull_subscribe_bind("tickets-order-created", stream="TICKETING")
    first, second, _ = await pull.fetch(3)
    await first.ack_sync()
    await second.nak()
    await pull.fetch(1)
    await jetstream.publish("order.created", b"{}")
    found = await scrape(server)
    names = ("pending_messages", "ack_pending_messages", "redelivered_messages")
    assert [found[f"messaging_consumer_{name}", "tickets-order-created"] for name in names] == [1, 2, 1]
    assert found["messaging_consumer_oldest_message_age_seconds", "tickets-order-created"] > 0


async def test_consumer_that_was_never_created_has_all_events_pending(server, jetstream) -> None:
    await jetstream.publish("order.created", b"{}")
    found = await scrape(server)
    assert found["messaging_consumer_pending_messages", "payments-order-created"] == 1
    assert found["messaging_consumer_oldest_message_age_seconds", "payments-order-created"] > 0
    assert found["messaging_consumer_pending_messages", "payments-order-cancelled"] == 0


async def test_streams_and_dead_letters_are_exported(server, jetstream) -> None:
    await jetstream.publish("dead.orders-payment-created", b"{}")
    found = await scrape(server)
    assert found["messaging_dead_letters", "orders-payment-created"] == 1
    assert found["messaging_dead_letters", "orders-payment-failed"] == 0
    assert found["messaging_stream_messages", "DEAD"] == 1
    assert found["messaging_stream_max_bytes", "TICKETING"] == MAX_BYTES
    assert found["jetstream_storage_bytes", ""] >= found["messaging_stream_bytes", "DEAD"] > 0


async def test_exporter_is_up_before_the_streams_exist(server) -> None:
    found = await scrape(server)
    assert found["exporter_up", ""] == 1
    assert found["messaging_consumer_pending_messages", "orders-payment-created"] == 0


async def test_storage_limit_comes_from_the_monitoring_port(server, tmp_path: Path) -> None:
    server.stop()
    monitor = free_port()
    with (tmp_path / "nats.conf").open("a") as config:
        config.write(f'http: "127.0.0.1:{monitor}"\n')
    server.start()
    limits = [
        (await scrape(server, monitor=f"http://127.0.0.1:{port}")).get(("jetstream_storage_limit_bytes", ""))
        for port in (monitor, free_port())
    ]
    assert limits[0] is not None
    assert limits[0] > 0
    assert limits[1] is None


def test_exporter_outlives_nats_and_stops_on_sigterm(server, tmp_path: Path) -> None:
    with running_exporter(server, tmp_path) as (process, url):
        assert samples(httpx.get(f"{url}/metrics").text)["exporter_up", ""] == 1
        server.stop()
        gone = samples(httpx.get(f"{url}/metrics", timeout=20).text)
        assert gone["exporter_up", ""] == 0
        assert [name for name, _ in gone if name.startswith("messaging_")] == []
        assert httpx.get(f"{url}/healthz").status_code == 200
        server.start()
        assert samples(httpx.get(f"{url}/metrics", timeout=20).text)["exporter_up", ""] == 1
        process.terminate()
        assert process.wait(20) in (0, -signal.SIGTERM)
    log = (tmp_path / "exporter.log").read_text()
    assert (log.count("dependency.unavailable"), log.count("dependency.recovered")) == (1, 1)


def test_missing_address_is_named() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "NATS_URL"}
    command = [sys.executable, "-m", "ticketing_ops.exporter"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "error: NATS_URL is not set: set it in the environment\n")


def test_invalid_level_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:4222")
    monkeypatch.setenv("LOG_LEVEL", "loud")
    with pytest.raises(SystemExit) as end:
        serve({})
    assert (end.value.code, capsys.readouterr().err) == (2, "error: LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR\n")
