"""The load generator's arguments, what it refuses, what it counts and how it paces."""

import argparse

import httpx
import pytest

from ticketing_ops.errors import OperationError
from ticketing_ops.load.cli import add_load
from ticketing_ops.load.command import LoadOptions, load
from ticketing_ops.load.generator import Pacer
from ticketing_ops.load.record import Latencies, Record
from ticketing_ops.load.requests import GaveUp, RequestClient
from ticketing_ops.load.safety import require_loopback
from ticketing_ops.load.table import final_table, summary_line

OPTIONS = LoadOptions(users=1, rate=1000, seconds=1)


def parse(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_load(parser.add_subparsers())
    return parser.parse_args(["load", *argv])


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:80", "http://a.localhost"])
def test_load_of_this_machine_is_allowed(url: str) -> None:
    require_loopback(url)


@pytest.mark.parametrize("url", ["https://ticketing.dev", "http://10.0.0.1", "http://localhost.example.org"])
def test_load_of_another_machine_needs_a_flag(url: str) -> None:
    with pytest.raises(OperationError, match="--allow-remote"):
        load({}, url, OPTIONS)


def test_load_with_a_live_key_needs_a_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_KEY", "sk_live_1")
    with pytest.raises(OperationError, match="--allow-live"):
        load({}, "http://localhost:1", OPTIONS)


@pytest.mark.parametrize(
    "argv",
    [("--users", "0"), ("--users", "1001"), ("--rate", "0"), ("--seconds", "inf"), ("--url", "localhost")],
)
def test_invalid_arguments_are_refused(argv: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(*argv)
    assert argv[0] in capsys.readouterr().err


def test_percentiles_are_known_to_two_percent() -> None:
    latencies = Latencies()
    for milliseconds in range(1, 1001):
        latencies.add(milliseconds / 1000)
    assert latencies.percentile(50) == pytest.approx(0.5, rel=0.02)
    assert latencies.percentile(99) == pytest.approx(0.99, rel=0.02)
    assert (latencies.percentile(100), latencies.max) == (1, 1)


def test_pacer_spreads_requests() -> None:
    pacer = Pacer(rate=4)
    assert [pacer.delay(now) for now in (10, 10, 10.125, 20)] == [0, 0.25, 0.375, 0]


def responding(record: Record, *statuses: int) -> RequestClient:
    """A client that gets these responses in turn, then the last one again and again."""
    left = list(statuses)
    transport = httpx.MockTransport(lambda _: httpx.Response(left.pop(0) if len(left) > 1 else left[0]))
    client = RequestClient("http://stack", record)
    client.http = httpx.AsyncClient(transport=transport, base_url="http://stack")
    return client


async def test_request_is_repeated_until_it_is_settled() -> None:
    record = Record()
    await responding(record, 503, 404, 201).request("POST", "/api/orders", expected=(201,))
    assert record.responses == {("POST /api/orders", kind): 1 for kind in ("503", "404", "201")}
    assert (record.unexpected, record.unsettled) == ([], {})


async def test_unexpected_response_is_reported() -> None:
    record = Record()
    with pytest.raises(GaveUp):
        await responding(record, 500).request("POST", "/api/orders", expected=(201,))
    assert "unexpected POST /api/orders: 500" in final_table(record, 1)
    assert "errors: 1 of 500" in summary_line(record, 1)


def test_rate_limit_is_explained() -> None:
    record = Record()
    record.attempted("POST /api/users", httpx.Response(429), 0.01)
    assert "RATE_LIMITS=off" in final_table(record, 1)
