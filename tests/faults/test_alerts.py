"""Each alert fires on the metrics that really exist when its fault happens, and resolves when the fault is over."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator

import pytest
import yaml
from tests.faults.prometheus import REPOSITORY, RULES, Prometheus, Site, accelerated, running_prometheus

from ticketing_common.messaging import connect_readonly
from ticketing_local.ports import free_gateway_port
from ticketing_local.settings import REPLICABLE
from ticketing_test_support.api import ApiClient, created
from ticketing_test_support.exporter import exporting
from ticketing_test_support.faults import down, frozen
from ticketing_test_support.servers import free_port
from ticketing_test_support.stack import Stack, started, ticketing
from ticketing_test_support.waiting import eventually

ALERTS = {
    rule["alert"]
    for path in RULES.glob("*.yaml")
    for group in yaml.safe_load(path.read_text())["groups"]
    for rule in group["rules"]
    if "alert" in rule
}
STREAM_BYTES = 1024 * 1024
# Ages are compared with a minute in the rules; scraping and a busy machine come on top.
WITHIN_SECONDS = 240.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two of orders, reservations of 15 s, and a small stream."""
    settings = {"REPLICAS": "orders=2", "EXPIRATION_WINDOW_SECONDS": "15", "STREAM_MAX_BYTES": str(STREAM_BYTES)}
    with started(tmp_path_factory.mktemp("stack") / "state", free_gateway_port(), **settings) as running:
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"), free_port())
    site.start(days=90)
    yield site
    site.stop()


@pytest.fixture(scope="module")
def prometheus(stack: Stack, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    jobs: dict[str, list[int]] = {job: [] for job in REPLICABLE}
    for name, url in stack.urls().items():
        job = name if name in jobs else name.rpartition("-")[0]
        if job in jobs:
            jobs[job].append(int(url.rpartition(":")[2]))
    with (
        exporting(stack) as port,
        running_prometheus(tmp_path_factory.mktemp("prometheus"), {**jobs, "exporter": [port]}, site.address) as server,
    ):
        yield server


@pytest.fixture
async def user(stack: Stack) -> AsyncIterator[ApiClient]:
    client = await ApiClient(stack.url).sign_up()
    yield client
    await client.http.aclose()


async def fires(prometheus: Prometheus, *names: str) -> None:
    """With annotations that a person can read."""

    async def all_fire() -> bool:
        return (await asyncio.to_thread(prometheus.firing)).keys() >= set(names)

    await eventually(all_fire, within=WITHIN_SECONDS, every=0.2, what=f"{names} firing")
    for alerts in prometheus.firing().values():
        for alert in alerts:
            text = str(alert["annotations"])
            assert "{{" not in text
            assert "error" not in alert["annotations"]["summary"]
            assert "no value" not in text
            name = alert["labels"]["alertname"].lower()
            assert alert["annotations"]["runbook_url"] == f"{REPOSITORY}/docs/runbook.md#{name}"


async def resolves(prometheus: Prometheus, *names: str) -> None:
    async def none_fires() -> bool:
        return not set(names) & (await asyncio.to_thread(prometheus.firing)).keys()

    await eventually(none_fires, within=WITHIN_SECONDS, every=0.2, what=f"{names} resolved")


def test_only_durations_are_changed() -> None:
    text = "interval: 30s\nexpr: slo:x:ratio5m > increase(y[5m] offset 1h) and z > 60\nfor: 2m"
    changed = "interval: 250ms\nexpr: slo:x:ratio5m > increase(y[2500ms] offset 30000ms) and z > 60\nfor: 1000ms"
    assert accelerated(text) == changed
    assert all("5m]" not in accelerated(path.read_text()) for path in RULES.glob("*.yaml"))


async def test_healthy_system_has_no_alerts(stack, prometheus: Prometheus, user: ApiClient) -> None:
    await user.buy(await user.create_ticket())
    seen = "max_over_time(ticketing:reservations:increase5m[1m]) > 0"
    await eventually(lambda: prometheus.value(seen) is not None, within=60, every=0.2, what="the reservation")
    await resolves(prometheus, *ALERTS)


async def test_slow_reservations(stack, prometheus: Prometheus, user: ApiClient) -> None:
    tickets = [await user.create_ticket() for _ in range(24)]
    await user.buy(tickets.pop())

    async def reserve() -> None:
        await asyncio.gather(*(user.try_order(ticket) for ticket in tickets))

    with frozen(stack, "mongo"):
        reserving = asyncio.create_task(reserve())
        await asyncio.sleep(1)
    await reserving
    await fires(prometheus, "ReserveLatencyBurningFast", "ReserveLatencyBurningSlow")
    await resolves(prometheus, "ReserveLatencyBurningFast")


async def test_failed_requests(stack, prometheus: Prometheus, user: ApiClient) -> None:
    with down(stack, "mongo"):
        await asyncio.gather(*(user.http.get("/api/orders") for _ in range(20)))
        await fires(prometheus, "ApiAvailabilityBurningFast", "ApiAvailabilityBurningSlow")
    await resolves(prometheus, "ApiAvailabilityBurningFast")


async def test_certificate_and_site(prometheus: Prometheus, site: Site) -> None:
    site.start(days=3)
    await fires(prometheus, "CertificateExpiring")
    site.stop()
    await fires(prometheus, "SiteUnreachable")
    site.start(days=90)
    await resolves(prometheus, "CertificateExpiring", "SiteUnreachable")


async def test_stream_that_fills_up(stack, prometheus: Prometheus) -> None:
    async with connect_readonly(stack.urls()["nats"]) as jetstream:
        size, filler = 8 * 1024, secrets.token_bytes(8 * 1024)
        for _ in range(STREAM_BYTES * 85 // 100 // size):
            await jetstream.publish("ticket.filler", filler)
        await fires(prometheus, "NatsStorageFilling")
        await jetstream.purge_stream("TICKETING", subject="ticket.filler")
    await resolves(prometheus, "NatsStorageFilling")


async def test_unreadable_message(stack, prometheus: Prometheus) -> None:
    async with connect_readonly(stack.urls()["nats"]) as jetstream:
        await jetstream.publish("order.cancelled", b'{"id": 5')
    await fires(prometheus, "DeadLetters")
    ticketing("dead", "drop", "--all", "--yes", STATE_DIR=str(stack.state_dir))
    await resolves(prometheus, "DeadLetters")


async def test_stopped_expiration(stack, prometheus: Prometheus, user: ApiClient) -> None:
    with frozen(stack, "expiration"), frozen(stack, "expiration-worker"):
        await user.create_order(await user.create_ticket())
        await fires(prometheus, "ReservationsOverdue", "ConsumerLagging", "TargetDown")
    await resolves(prometheus, "ReservationsOverdue", "ConsumerLagging", "TargetDown")


async def test_payment_that_is_not_settled(stack, prometheus: Prometheus, user: ApiClient) -> None:
    order = await user.create_order(await user.create_ticket())
    with frozen(stack, "orders-1"), frozen(stack, "orders-2"):
        created(await user.pay(order))
        await fires(prometheus, "PaymentsUnreconciled")
    await resolves(prometheus, "PaymentsUnreconciled", "TargetDown")


async def test_one_of_two_replicas_hangs(stack, prometheus: Prometheus) -> None:
    with frozen(stack, "orders-2"):
        await fires(prometheus, "TargetDown")
        assert {alert["labels"]["severity"] for alert in prometheus.firing()["TargetDown"]} == {"ticket"}
    await resolves(prometheus, "TargetDown")


async def test_nats_is_down(stack, prometheus: Prometheus, user: ApiClient) -> None:
    with down(stack, "nats"):
        await user.create_ticket()
        await fires(prometheus, "BrokerUnavailable", "MetricsMissing", "OutboxNotDraining")
    await resolves(prometheus, "BrokerUnavailable", "MetricsMissing", "OutboxNotDraining")


async def test_every_alert_has_fired_and_resolved(prometheus: Prometheus) -> None:
    for alert in ALERTS:
        fired = f'max_over_time(ALERTS{{alertname="{alert}",alertstate="firing"}}[1h])'
        assert prometheus.value(f"max({fired})") == 1, alert
    await resolves(prometheus, *ALERTS)
