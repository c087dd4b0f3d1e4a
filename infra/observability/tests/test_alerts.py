"""Each alert of rules/system.yaml fires, does not fire below its threshold, and resolves."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from infra.observability.tests.promtool import RULES, Firing, check_alerts, promtool, rules

PAGE, TICKET = {"severity": "page"}, {"severity": "ticket"}
JOBS = ("auth", "tickets", "orders", "payments", "expiration", "expiration-worker", "exporter")
Check = Callable[[str, Mapping[str, str], Firing], None]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    def run(alert: str, series: Mapping[str, str], firing: Firing) -> None:
        check_alerts(tmp_path, series, {alert: firing})

    return run


def test_rules_are_valid() -> None:
    result = promtool("check", "rules", *RULES)
    assert result.returncode == 0, result.stdout + result.stderr


def test_each_alert_says_what_to_do() -> None:
    for rule in rules():
        if alert := rule.get("alert"):
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert rule["annotations"].keys() == {"summary", "description", "dashboard", "runbook_url"}
            assert rule["annotations"]["runbook_url"].endswith(f"/docs/runbook.md#{alert.lower()}")


LAG = 'messaging_consumer_oldest_message_age_seconds{subject="order.created",consumer="payments-order-created"}'
LAGGING = {"subject": "order.created", "consumer": "payments-order-created", **PAGE}


def test_lagging_consumer(check: Check) -> None:
    check("ConsumerLagging", {LAG: "0 60x4 90 150 210 0x3"}, {"5m": [], "6m": [], "7m": [LAGGING], "9m": []})


def test_short_lag_is_no_alert(check: Check) -> None:
    check("ConsumerLagging", {LAG: "0 70 0 70 0 70 0"}, {f"{minute}m": [] for minute in range(7)})


def test_lag_seen_by_two_exporters_is_one_alert(check: Check) -> None:
    both = {LAG.replace("}", f',instance="{name}"}}'): "90x9" for name in ("old", "new")}
    check("ConsumerLagging", both, {"5m": [LAGGING]})


OUTBOX = 'outbox_oldest_event_age_seconds{job="orders",instance="%s"}'


def test_outbox_that_does_not_drain(check: Check) -> None:
    series = {OUTBOX % "a": "0 60 60 90 150 0x3", OUTBOX % "b": "0 59 60 90 150 0x3"}
    check("OutboxNotDraining", series, {"3m": [], "4m": [{"job": "orders", **PAGE}], "5m": []})


def test_restarted_process_does_not_hide_an_old_outbox(check: Check) -> None:
    series = {OUTBOX % "a": "90 stale _x5", OUTBOX % "b": "_ 150 210x5"}
    check("OutboxNotDraining", series, {"2m": [{"job": "orders", **PAGE}]})


def test_dead_letters(check: Check) -> None:
    series = {'messaging_dead_letters{consumer="orders-payment-created"}': "0 1 1 0"}
    dead = {"consumer": "orders-payment-created", **TICKET}
    check("DeadLetters", series, {"0m": [], "1m": [dead], "2m": [dead], "3m": []})


@pytest.mark.parametrize("metric", ["messaging_broker_connected", "messaging_broker_writable"])
def test_broker_is_unavailable_to_one_replica(check: Check, metric: str) -> None:
    series = {f'{metric}{{job="orders",instance="a"}}': "1x9", f'{metric}{{job="orders",instance="b"}}': "1 0x4 1x4"}
    check("BrokerUnavailable", series, {"1m": [], "2m": [{"job": "orders", **PAGE}], "6m": []})


def test_short_loss_of_the_broker_is_no_alert(check: Check) -> None:
    check("BrokerUnavailable", {'messaging_broker_connected{job="orders"}': "1 0 1 0 1"}, {"1m": [], "3m": []})


def test_stream_is_filling(check: Check) -> None:
    series = {
        'messaging_stream_bytes{stream="TICKETING"}': "80 81x9 80",
        'messaging_stream_max_bytes{stream="TICKETING"}': "100x12",
    }
    full = {"stream": "TICKETING", **TICKET}
    check("NatsStorageFilling", series, {"0m": [], "5m": [], "6m": [full], "11m": []})


def test_unlimited_stream_is_never_full(check: Check) -> None:
    series = {
        'messaging_stream_bytes{stream="TICKETING"}': "81x9",
        'messaging_stream_max_bytes{stream="TICKETING"}': "-1x9",
    }
    check("NatsStorageFilling", series, {"8m": []})


def test_storage_is_filling(check: Check) -> None:
    series = {"jetstream_storage_bytes": "79 81x7 1", "jetstream_storage_limit_bytes": "100x9"}
    check("NatsStorageFilling", series, {"0m": [], "6m": [TICKET], "9m": []})


@pytest.mark.parametrize(
    ("alert", "metric"),
    [("ReservationsOverdue", "orders_overdue"), ("PaymentsUnreconciled", "payments_unreconciled_minor_units")],
)
def test_guarantee_is_violated(check: Check, alert: str, metric: str) -> None:
    series = {f'{metric}{{instance="a"}}': "0 2x4 0x4", f'{metric}{{instance="b"}}': "0 2x4 0x4"}
    check(alert, series, {"0m": [], "2m": [], "3m": [PAGE], "6m": []})


@pytest.mark.parametrize("metric", ["orders_overdue", "payments_unreconciled_minor_units"])
def test_guarantee_restored_within_a_minute_is_no_alert(check: Check, metric: str) -> None:
    alert = "ReservationsOverdue" if metric == "orders_overdue" else "PaymentsUnreconciled"
    check(alert, {metric: "0 2 0 2 0 2 0"}, {f"{minute}m": [] for minute in range(7)})


def test_certificate_expires(check: Check) -> None:
    fortnight, site = 14 * 24 * 3600, {"instance": "shop:443", **TICKET}
    series = {'probe_ssl_earliest_cert_expiry{instance="shop:443"}': f"{fortnight + 60}x9 {90 * 24 * 3600}x9"}
    check("CertificateExpiring", series, {"1m": [], "6m": [], "7m": [site], "10m": []})


def test_expired_certificate_is_still_an_alert(check: Check) -> None:
    series = {'probe_ssl_earliest_cert_expiry{instance="shop:443"}': "30x9"}
    check("CertificateExpiring", series, {"7m": [{"instance": "shop:443", **TICKET}]})


def test_site_does_not_answer(check: Check) -> None:
    series = {'probe_success{instance="shop:443",job="site"}': "1 0x4 1x3"}
    check("SiteUnreachable", series, {"2m": [], "3m": [{"instance": "shop:443", **PAGE}], "6m": []})


UP = {f'up{{job="{job}",instance="{job}-1"}}': "1x20" for job in JOBS}


def test_all_processes_up_is_no_alert(check: Check) -> None:
    check("TargetDown", UP, {"10m": []})


@pytest.mark.parametrize("job", JOBS)
def test_no_process_of_a_job_responds(check: Check, job: str) -> None:
    series = UP | {f'up{{job="{job}",instance="{job}-1"}}': "1 0x4 1x9"}
    check("TargetDown", series, {"2m": [], "3m": [{"job": job, **PAGE}], "6m": []})


@pytest.mark.parametrize("job", JOBS)
def test_job_without_any_target(check: Check, job: str) -> None:
    series = UP | {f'up{{job="{job}",instance="{job}-1"}}': "1 stale _x4 1x9"}
    check("TargetDown", series, {"2m": [], "3m": [{"job": job, **PAGE}], "6m": []})


def test_one_of_two_replicas_does_not_respond(check: Check) -> None:
    series = UP | {'up{job="orders",instance="orders-2"}': "1 0x7 1x9"}
    down = {"job": "orders", "instance": "orders-2", **TICKET}
    check("TargetDown", series, {"5m": [], "6m": [down], "9m": []})


GUARDED = {
    "messaging_consumer_oldest_message_age_seconds": "0",
    "messaging_dead_letters": "0",
    "messaging_stream_bytes": "1",
    "messaging_stream_max_bytes": "9",
    "jetstream_storage_bytes": "1",
    "jetstream_storage_limit_bytes": "9",
    "outbox_oldest_event_age_seconds": "0",
    "messaging_broker_connected": "1",
    "messaging_broker_writable": "1",
    "orders_overdue": "0",
    "payments_unreconciled_minor_units": "0",
    "exporter_up": "1",
}


def test_complete_metrics_are_no_alert(check: Check) -> None:
    check("MetricsMissing", {metric: f"{value}x20" for metric, value in GUARDED.items()}, {"10m": []})


@pytest.mark.parametrize("missing", GUARDED)
def test_missing_metric(check: Check, missing: str) -> None:
    series = {metric: f"{value}x20" for metric, value in GUARDED.items()}
    series[missing] = "1 0x6 1x9" if missing == "exporter_up" else "0 stale _x6 0x9"
    check("MetricsMissing", series, {"5m": [], "6m": [{"metric": missing, **TICKET}], "8m": []})


def test_metric_that_cannot_be_read_is_missing(check: Check) -> None:
    series = {metric: f"{value}x20" for metric, value in GUARDED.items()} | {"orders_overdue": "0" + 9 * " NaN"}
    check("MetricsMissing", series, {"5m": [], "6m": [{"metric": "orders_overdue", **TICKET}]})


def test_exporter_without_nats_is_one_alert(check: Check) -> None:
    series = {metric: "stale" for metric in GUARDED if metric.startswith(("messaging_consumer", "messaging_dead"))}
    series = {metric: f"{value}x20" for metric, value in GUARDED.items()} | series | {"exporter_up": "0x20"}
    check("MetricsMissing", series, {"6m": [{"metric": "exporter_up", **TICKET}]})


def test_each_gauge_of_an_alert_is_guarded() -> None:
    """`up` and the probe's metrics have alerts of their own; those of HTTP are zero without requests."""
    guard = next(rule["expr"] for rule in rules() if rule.get("alert") == "MetricsMissing")
    assert all(f"absent({metric} >= 0)" in guard for metric in GUARDED if metric != "exporter_up")
    others = " ".join(rule["expr"] for rule in rules() if rule.get("alert") not in (None, "MetricsMissing"))
    assert all(metric in others for metric in GUARDED if metric != "exporter_up")
