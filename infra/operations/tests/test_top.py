"""What `ticketing top` shows of two scrapes."""

from datetime import UTC, datetime
from math import inf

import pytest

from ticketing_common.messaging import ConsumerLag
from ticketing_ops.top.frame import frame, quantile
from ticketing_ops.top.scrape import Samples, Scrape, parse
from ticketing_ops.top.text import lines

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LAGS = [ConsumerLag("orders-payment-created", "payment.created", pending=4, ack_pending=1, oldest_at=NOW)]


def metrics(*, fast: int, slow: int, errors: int, handled: int, cpu: float) -> Samples:
    """Requests within 0.1 s and within 1 s, and of them errors."""
    route = 'http_request_method="POST",http_route="/api/orders",http_response_status_code='
    name = "http_server_request_duration_seconds"
    consumed = (
        'messaging_client_consumed_messages_total{subject="payment.created",consumer="orders-payment-created",outcome='
    )
    return parse(
        f"""# TYPE {name} histogram
{name}_bucket{{{route}"201",le="0.1"}} {fast}
{name}_bucket{{{route}"201",le="1.0"}} {fast + slow}
{name}_bucket{{{route}"201",le="+Inf"}} {fast + slow}
{name}_count{{{route}"201"}} {fast + slow}
{name}_bucket{{{route}"503",le="0.1"}} {errors}
{name}_bucket{{{route}"503",le="1.0"}} {errors}
{name}_bucket{{{route}"503",le="+Inf"}} {errors}
{name}_count{{{route}"503"}} {errors}
# TYPE messaging_client_consumed_messages_total counter
{consumed}"handled"}} {handled}
{consumed}"retried"}} 0
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total {cpu}
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 9e7
# TYPE outbox_pending_events gauge
outbox_pending_events 3
"""
    )


BEFORE = Scrape(10, {"orders-1": metrics(fast=100, slow=0, errors=0, handled=50, cpu=5), "orders-2": None}, LAGS)
AFTER = Scrape(12, {"orders-1": metrics(fast=190, slow=8, errors=2, handled=60, cpu=6), "orders-2": None}, LAGS)


def test_rates_and_quantiles_are_those_between_the_scrapes() -> None:
    (route,) = frame(BEFORE, AFTER).routes
    assert (route.service, route.route, route.requests, route.errors) == ("orders", "POST /api/orders", 50, 1)
    assert route.p50 == pytest.approx(0.1 * 50 / 92)
    assert route.p99 == pytest.approx(0.1 + 0.9 * 7 / 8)


def test_consumer_has_its_rates_and_lag() -> None:
    (consumer,) = frame(BEFORE, AFTER).consumers
    assert (consumer.handled, consumer.failed, consumer.lag) == (5, 0, LAGS[0])


def test_process_has_its_cpu_memory_and_outbox() -> None:
    first, second = frame(BEFORE, AFTER).processes
    assert (first.cpu, first.memory, first.outbox) == (0.5, 9e7, 3)
    assert second.cpu is None


def test_counters_of_a_restarted_process_count_from_zero() -> None:
    restarted = Scrape(12, {"orders-1": metrics(fast=10, slow=0, errors=0, handled=0, cpu=1)}, LAGS)
    result = frame(BEFORE, restarted)
    assert (result.routes[0].requests, result.processes[0].cpu) == (5, None)


def test_frame_is_shown_with_what_could_not_be_read() -> None:
    shown = "\n".join(lines(frame(BEFORE, Scrape(12, AFTER.samples, None)), NOW, max_routes=5))
    assert "50.0 requests/s, 1.0 errors/s" in shown
    assert "NATS cannot be read" in shown
    assert [line.split() for line in shown.splitlines() if line.startswith("orders-")] == [
        ["orders-payment-created", "5.0", "0.0", "-", "-", "-"],
        ["orders-1", "50%", "90.0", "MB", "3"],
        ["orders-2", "-", "-", "-", "no", "metrics"],
    ]


@pytest.mark.parametrize(
    ("buckets", "share", "expected"),
    [([], 0.5, None), ([(1, 0), (inf, 0)], 0.5, None), ([(1, 10), (inf, 10)], 0.5, 0.5), ([(1, 0), (inf, 5)], 0.9, 1)],
)
def test_quantile_is_interpolated(buckets: list[tuple[float, float]], share: float, expected: float | None) -> None:
    assert quantile(buckets, share) == expected
