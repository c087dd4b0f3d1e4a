"""The alerts of rules/slo.yaml, with counters as processes really export them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from infra.observability.tests.promtool import Firing, check_alerts

Check = Callable[[Mapping[str, str], Mapping[str, Firing]], None]
FAST_ERRORS, SLOW_ERRORS = "ApiAvailabilityBurningFast", "ApiAvailabilityBurningSlow"
FAST_LATENCY, SLOW_LATENCY = "ReserveLatencyBurningFast", "ReserveLatencyBurningSlow"
AVAILABILITY, LATENCY = {"slo": "availability"}, {"slo": "reserve-latency"}
PAGE, TICKET = {"severity": "page"}, {"severity": "ticket"}


@pytest.fixture
def check(tmp_path: Path) -> Check:
    return lambda series, expected: check_alerts(tmp_path, series, expected)


def requests(status: int, instance: str = "a", method: str = "POST", route: str = "/api/orders") -> str:
    labels = f'http_request_method="{method}",http_route="{route}",http_response_status_code="{status}"'
    return f'http_server_request_duration_seconds_count{{job="orders",instance="{instance}",{labels}}}'


def within_250ms(status: int, instance: str = "a") -> str:
    return requests(status, instance).replace("_count{", '_bucket{le="0.25",')


def up(minutes: int, instance: str = "a") -> dict[str, str]:
    return {f'up{{job="orders",instance="{instance}"}}': f"1x{minutes}"}


def test_many_errors_page_and_resolve(check: Check) -> None:
    """2 of 100 for an hour: a burn rate of 20, but of 3.3 in 6 hours."""
    series = {requests(201): "0+98x440", requests(503): "0x329 2+2x59 120x51"} | up(440)
    check(series, {FAST_ERRORS: {"325m": [], "380m": [PAGE | AVAILABILITY], "425m": []}})


def test_errors_that_last_page(check: Check) -> None:
    """1 of 100 for 6 hours: a burn rate of 10, too low for the page of an hour."""
    series = {requests(201): "0+99x420", requests(503): "0x59 1+1x360"} | up(420)
    check(series, {FAST_ERRORS: {"59m": [], "410m": [PAGE | AVAILABILITY]}})


def test_few_errors_make_a_ticket_and_resolve(check: Check) -> None:
    """1 of 250 for an hour: a burn rate of 4."""
    series = {requests(201): "0+249x270", requests(503): "0x59 1+1x59 60x150"} | up(270)
    slow: Firing = {"55m": [], "2h": [TICKET | AVAILABILITY], "265m": []}
    check(series, {SLOW_ERRORS: slow, FAST_ERRORS: dict.fromkeys(slow, ())})


def test_errors_within_the_budget_are_no_alert(check: Check) -> None:
    """1 of 1,250: a burn rate of 0.8."""
    series = {requests(201): "0+1249x200", requests(503): "0+1x200"} | up(200)
    check(series, {alert: {f"{hours}h": [] for hours in (1, 3)} for alert in (FAST_ERRORS, SLOW_ERRORS)})


def test_refused_event_streams_are_no_failures(check: Check) -> None:
    refused = requests(503, method="GET", route="/api/tickets/stream")
    series = {requests(201): "0+50x200", refused: "0+50x200"} | up(200)
    check(series, {alert: {f"{hours}h": [] for hours in (1, 3)} for alert in (FAST_ERRORS, SLOW_ERRORS)})


def test_a_few_failures_at_night_page_nobody(check: Check) -> None:
    series = {requests(200, method="GET"): "0+1x60", requests(500): "_x20 1 1 4 9x37"} | up(60)
    check(series, {alert: {"25m": [], "50m": []} for alert in (FAST_ERRORS, SLOW_ERRORS)})


def test_first_failures_of_each_route_count(check: Check) -> None:
    """Series that appear with their first increment, so that `increase` alone is 0."""
    appearing = {requests(500, route=f"/api/orders/{number}"): "_x30 1x30" for number in range(24)}
    series = {requests(201): "0+2x60"} | appearing | up(60)
    check(series, {FAST_ERRORS: {"29m": [], "33m": [PAGE | AVAILABILITY]}})


def test_failures_of_new_replicas_count(check: Check) -> None:
    """Two processes of a release that fails from its start, beside one that does not."""
    broken = {requests(500, instance): "_x30 20 40x29" for instance in ("b", "c")}
    series = {requests(201): "0+10x60"} | broken | up(60)
    series |= dict.fromkeys(up(1, "b") | up(1, "c"), "_x30 1x30")
    check(series, {FAST_ERRORS: {"29m": [], "33m": [PAGE | AVAILABILITY]}})


@pytest.mark.parametrize("gap", ["0x9", "_x10"], ids=["target", "Prometheus"])
def test_failures_before_a_gap_do_not_count_again(check: Check, gap: str) -> None:
    """A target that was away, or Prometheus itself: counters seem to appear with all their past."""
    series = {requests(201): "0+100x19 _x10 3000+100x30", requests(500): "5000x19 _x10 5000x30"}
    name = 'up{job="orders",instance="a"}'
    check(series | {name: f"1x19 {gap} 1x30"}, {FAST_ERRORS: dict.fromkeys(("15m", "31m", "34m", "50m"), ())})


def test_restarted_process_makes_no_failures(check: Check) -> None:
    series = {requests(201): "0+100x29 0+100x30", requests(500): "5000x29 0x30"} | up(60)
    check(series, {FAST_ERRORS: {"29m": [], "33m": [], "45m": []}})


def test_no_requests_are_no_alert(check: Check) -> None:
    alerts = (FAST_ERRORS, SLOW_ERRORS, FAST_LATENCY, SLOW_LATENCY)
    check(up(60), {alert: {"30m": [], "60m": []} for alert in alerts})


def test_slow_reservations_page_and_resolve(check: Check) -> None:
    """A fifth is slow for an hour, on two replicas: a burn rate of 20, but of 3.3 in 6 hours."""
    series = up(440) | up(440, "b")
    for instance in ("a", "b"):
        series |= {requests(201, instance): "0+10x440"}
        series |= {within_250ms(201, instance): "0+10x329 3298+8x59 3780+10x51"}
    check(series, {FAST_LATENCY: {"329m": [], "380m": [PAGE | LATENCY], "425m": []}})


def test_slow_reservations_that_last_page(check: Check) -> None:
    """A tenth is slow for 6 hours: a burn rate of 10, too low for the page of an hour."""
    series = {requests(201): "0+10x420", within_250ms(201): "0+10x59 599+9x360"} | up(420)
    check(series, {FAST_LATENCY: {"59m": [], "410m": [PAGE | LATENCY]}})


def test_few_slow_reservations_make_a_ticket_and_resolve(check: Check) -> None:
    """4 % are slow for an hour: a burn rate of 4."""
    series = {requests(201): "0+100x270", within_250ms(201): "0+100x59 5996+96x59 11760+100x150"} | up(270)
    slow: Firing = {"55m": [], "2h": [TICKET | LATENCY], "265m": []}
    check(series, {SLOW_LATENCY: slow, FAST_LATENCY: dict.fromkeys(slow, ())})


def test_reservations_within_the_objective_are_no_alert(check: Check) -> None:
    """0.8 % are slow; other routes and failed reservations are not counted."""
    series = {requests(201): "0+1000x200", within_250ms(201): "0+992x200", requests(503): "0+1x200"} | up(200)
    series |= {requests(200, method="GET", route="/api/orders/{order_id}"): "0+1000x200"}
    check(series, {alert: {"1h": [], "3h": []} for alert in (FAST_LATENCY, SLOW_LATENCY)})
