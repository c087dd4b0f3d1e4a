"""Grafana's dashboards, drawn from what Prometheus responds."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from ticketing_telemetry.app import create_app
from ticketing_telemetry.chart import draw
from ticketing_telemetry.grafana import read_dashboards
from ticketing_telemetry.prometheus import Prometheus, Series
from ticketing_telemetry.units import format_duration, format_value

DASHBOARD = {
    "uid": "http",
    "title": "HTTP",
    "templating": {"list": [{"name": "job"}]},
    "panels": [
        {
            "title": "Requests",
            "type": "timeseries",
            "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
            "targets": [{"expr": 'rate(requests{job=~"$job"}[$__rate_interval])', "legendFormat": "{{method}}"}],
            "fieldConfig": {"defaults": {"unit": "reqps"}},
        },
        {
            "title": "Dead letters",
            "type": "stat",
            "gridPos": {"x": 12, "y": 0, "w": 12, "h": 8},
            "targets": [{"expr": "dead"}],
            "fieldConfig": {
                "defaults": {"thresholds": {"steps": [{"color": "green", "value": None}, {"color": "red", "value": 1}]}}
            },
        },
    ],
}


def series(*values: float, **labels: str) -> Series:
    return Series(labels, tuple((1_000.0 + 5 * index, value) for index, value in enumerate(values)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One dashboard."""
    (tmp_path / "http.json").write_text(json.dumps(DASHBOARD))
    return tmp_path


def respond(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/api/v1/alerts":
        labels = {"alertname": "DeadLetters", "severity": "ticket"}
        alert = {"state": "firing", "labels": labels, "annotations": {"summary": "3 events were not handled"}}
        return httpx.Response(200, json={"status": "success", "data": {"alerts": [alert, {"state": "pending"}]}})
    if request.url.path == "/api/v1/query":
        result = [{"metric": {}, "value": [1_000, "3"]}]
        return httpx.Response(200, json={"status": "success", "data": {"resultType": "vector", "result": result}})
    return httpx.Response(400, json={"status": "error", "error": "parse error"})


@pytest.fixture
async def http(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, whose Prometheus refuses queries of a range."""
    app = create_app(prometheus_url="http://prometheus", dashboards=folder)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.MockTransport(respond), base_url="http://prometheus") as upstream,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client,
    ):
        app.state.prometheus = Prometheus(upstream)
        yield client


def test_variables_are_filled_in(folder: Path) -> None:
    panel = read_dashboards(folder)["http"].panels[0]
    assert panel.queries[0].expression == 'rate(requests{job=~".*"}[1m])'


async def test_page_shows_values_errors_and_alerts(http: httpx.AsyncClient) -> None:
    page = (await http.get("/dashboards/http")).text
    assert '<div class="stat bad">3</div>' in page
    assert "parse error" in page
    assert "DeadLetters: 3 events were not handled" in page


async def test_unknown_dashboard_is_404(http: httpx.AsyncClient) -> None:
    assert (await http.get("/dashboards/nothing")).status_code == 404


def test_line_is_interrupted_where_values_are_missing() -> None:
    points = ((0.0, 1.0), (5.0, 2.0), (60.0, 2.0), (65.0, float("nan")), (70.0, 1.0))
    chart = draw([("a", Series({}, points))], period=(0, 100), unit="short", width=600, height=200)
    assert chart.lines[0].path.count("M") == 3


def test_values_stay_inside_the_plot() -> None:
    chart = draw(
        [("a", series(0.31, 7.3)), ("b", series(-2.0, 4.0))], period=(1_000, 1_005), unit="s", width=600, height=200
    )
    assert [line.name for line in chart.lines] == ["a", "b"]
    assert all(0 <= mark.position <= chart.bottom for mark in chart.y_marks)


def test_chart_without_values_can_be_drawn() -> None:
    assert draw([], period=(0, 60), unit="short", width=600, height=200).lines == ()


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0123, "s", "12.3 ms"),
        (0.9987, "percentunit", "99.9 %"),
        (1536, "bytes", "1.5 KB"),
        (12345, "short", "12.3 K"),
        (7, "reqps", "7 req/s"),
        (float("nan"), "s", "n/a"),
    ],
)
def test_values_have_units(value: float, unit: str, text: str) -> None:
    assert format_value(value, unit) == text


def test_durations_have_two_parts_at_most() -> None:
    assert [format_duration(ns) for ns in (850_000, 75_000_000_000, 3_600_000_000_000)] == [
        "850 µs",
        "1 min 15 s",
        "1 h",
    ]
