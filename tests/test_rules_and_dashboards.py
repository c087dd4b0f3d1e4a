"""Rules and dashboards name only metrics and labels that a process exports: otherwise they would stay silent."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Set

import httpx
import pytest
from infra.observability.tests.exporters import EXPORTED
from infra.observability.tests.expressions import expressions, grouped, recorded, selectors
from prometheus_client.parser import text_string_to_metric_families

from ticketing_local.settings import REPLICABLE
from ticketing_test_support.exporter import exporting

TARGET = {"job", "instance"}
Metrics = Mapping[str, Set[str]]


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        yield client


async def scraped(http: httpx.AsyncClient, urls: list[str]) -> Metrics:
    """The labels of each series' name."""
    found: dict[str, set[str]] = defaultdict(set)
    for url in urls:
        for family in text_string_to_metric_families((await http.get(f"{url}/metrics")).text):
            for sample in family.samples:
                found[sample.name] |= sample.labels.keys()
    return found


async def test_expressions_name_what_is_exported(stack, load, http: httpx.AsyncClient) -> None:
    async with load.running():
        await load.sales(1)
    names = [name for name in stack.urls() if name in REPLICABLE or name.rpartition("-")[0] in REPLICABLE]
    with exporting(stack) as port:
        urls = [*(stack.urls()[name] for name in names), f"http://127.0.0.1:{port}"]
        known = {**await scraped(http, urls), **recorded(), **EXPORTED}
    assert unknown(known) == {}


def unknown(known: Metrics) -> dict[str, set[str]]:
    """What expressions name and nobody exports: metrics, and labels that none of an expression's metrics has."""
    found: dict[str, set[str]] = {}
    for place, expression in expressions().items():
        used = dict(selectors(expression))
        missing = {name for name in used if name not in known}
        for name, labels in used.items():
            missing |= {f"{name}.{label}" for label in labels - known.get(name, set()) - TARGET}
        missing |= grouped(expression) - TARGET - {label for name in used for label in known.get(name, set())}
        if missing:
            found[place] = missing
    return found


@pytest.mark.parametrize("name", ["orders_overdue", "http_server_request_duration_seconds_count"])
def test_missing_metric_or_label_is_reported(name: str) -> None:
    assert any(name in missing for missing in unknown({}).values())
    labels = {"http_server_request_duration_seconds_count": {"http_route"}}
    assert any("http_request_method" in missing for missing in unknown(labels).values())
