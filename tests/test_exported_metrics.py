"""docs/metrics.md lists what the processes export, and no label grows with the traffic."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from ticketing_common.messaging import BrokerState
from ticketing_local.settings import REPLICABLE, SERVICES
from ticketing_ops.exporter.families import families, up
from ticketing_test_support.api import ApiClient, NewClient, created
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually

PAGE = Path(__file__).parents[1] / "docs/metrics.md"
OF_THE_LIBRARY = ("process_", "python_")
# An id, a number from a path, or an address.
UNBOUNDED = re.compile(r"[0-9a-f]{12}|\d{4}|@")
NUMBERS = {"le", "revision"}


class Kind(NamedTuple):
    """A metric's type and the names of its labels."""

    type: str
    labels: frozenset[str]


def documented(process: str) -> dict[str, Kind]:
    """The metrics of a process, by the page's table."""
    rows = [line.split("|")[1:-1] for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    return {
        name.strip(" `"): Kind(kind.strip(), frozenset(re.findall(r"`(\w+)`", labels)))
        for name, kind, labels, processes, _ in rows
        if process in processes.replace("each service", ", ".join(SERVICES)).strip().split(", ")
    }


def name_of(metric: Metric) -> str:
    """The parser removes the suffix of counters."""
    return f"{metric.name}_total" if metric.type == "counter" else metric.name


def own(metrics: Iterable[Metric]) -> Iterator[Metric]:
    return (metric for metric in metrics if not metric.name.startswith(OF_THE_LIBRARY))


def labels_of(metric: Metric) -> set[frozenset[str]]:
    return {frozenset(sample.labels) - {"le"} for sample in metric.samples}


def process_of(name: str) -> str:
    """The process of a replica: `orders` for `orders-1`."""
    return re.sub(r"-\d+$", "", name)


@pytest.fixture
async def scraped(stack: Stack, new_client: NewClient) -> dict[str, list[Metric]]:
    """What each process exports after a purchase, a cancelled order, and requests for what does not exist."""
    await buy_one_and_cancel_another(await new_client(), await new_client())
    urls = {name: url for name, url in stack.urls().items() if process_of(name) in REPLICABLE}
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        for url in urls.values():
            await http.get(f"{url}/api/orders/123456789012345678901234")
            await http.get(f"{url}/api/nothing/1234567")
            await http.request("PROPFIND", url)
        return {name: await measured(http, url) for name, url in urls.items()}


async def buy_one_and_cancel_another(seller: ApiClient, buyer: ApiClient) -> None:
    paid, cancelled = [await buyer.create_order(await seller.create_ticket()) for _ in range(2)]
    created(await buyer.pay(paid))
    await buyer.wait_for_status(paid, "complete")
    assert (await buyer.http.delete(f"/api/orders/{cancelled['id']}")).is_success


async def measured(http: httpx.AsyncClient, url: str) -> list[Metric]:
    """What a process exports, once it has measured every gauge."""
    found: list[Metric] = []

    async def is_known() -> bool:
        found[:] = text_string_to_metric_families((await http.get(f"{url}/metrics")).text)
        return not any(isnan(sample.value) for metric in found for sample in metric.samples)

    await eventually(is_known, within=30, what="all gauges being measured")
    return found


def test_exporter_is_documented() -> None:
    state = BrokerState(consumers=(), streams=(), dead_letters={}, storage_bytes=0, storage_limit=None)
    exported = [up(is_up=True), *families(state, storage_limit=1, now=datetime.now(UTC))]
    assert {metric.name for metric in exported} == documented("exporter").keys()


async def test_exported_metrics_are_those_documented(scraped: dict[str, list[Metric]]) -> None:
    for name, metrics in scraped.items():
        expected = documented(process_of(name))
        assert {name_of(metric): metric.type for metric in own(metrics)} == {
            metric: kind.type for metric, kind in expected.items()
        }, name
        for metric in own(metrics):
            assert labels_of(metric) <= {expected[name_of(metric)].labels}, (name, metric.name)
    assert {process_of(name) for name in scraped} == set(REPLICABLE)


async def test_labels_do_not_grow_with_the_traffic(scraped: dict[str, list[Metric]]) -> None:
    samples = [sample for metrics in scraped.values() for metric in own(metrics) for sample in metric.samples]
    texts = {text for sample in samples for label, text in sample.labels.items() if label not in NUMBERS}
    assert [text for text in texts if UNBOUNDED.search(text)] == []
    assert {"/api/orders/{order_id}", "unmatched", "_OTHER"} <= texts
    assert not any(sample.name.endswith("_created") for sample in samples)
    assert max(len(list(own(metrics))) for metrics in scraped.values()) < 50
