"""Grafana's dashboards as a page, with the values that Prometheus has."""

import asyncio
from dataclasses import dataclass

from ticketing_telemetry.chart import Chart, draw
from ticketing_telemetry.grafana import Dashboard, Panel
from ticketing_telemetry.prometheus import Alert, Prometheus, PrometheusError, Series
from ticketing_telemetry.rendering import Theme, render
from ticketing_telemetry.units import format_value

STEPS = 120
MIN_STEP = 5
COLUMN_PIXELS, ROW_PIXELS = 54, 30
MAX_ROWS = 12
# Grafana's names of colours, and what they mean here.
MEANINGS = {"green": "ok", "yellow": "warn", "orange": "warn", "red": "bad"}


@dataclass(frozen=True)
class Cell:
    """One value of a stat, table or bar gauge; `share` is that of the largest value."""

    name: str
    text: str
    meaning: str
    share: float


@dataclass(frozen=True)
class Content:
    """A panel with its values, or the error of its query."""

    panel: Panel
    chart: Chart | None = None
    cells: tuple[Cell, ...] = ()
    error: str = ""


async def dashboard_page(
    dashboard: Dashboard,
    all_dashboards: list[Dashboard],
    prometheus: Prometheus,
    *,
    minutes: int,
    now: float,
    theme: Theme,
) -> str:
    """The dashboard's last minutes."""
    contents = await asyncio.gather(
        *(_content(panel, prometheus, (now - minutes * 60, now)) for panel in dashboard.panels)
    )
    return render(
        "dashboard.html",
        theme=theme,
        section="dashboards",
        dashboard=dashboard,
        dashboards=all_dashboards,
        contents=contents,
        minutes=minutes,
        alerts=await _alerts(prometheus),
    )


async def _alerts(prometheus: Prometheus) -> list[Alert]:
    try:
        return await prometheus.firing()
    except PrometheusError:
        return []  # each panel shows it


async def _content(panel: Panel, prometheus: Prometheus, period: tuple[float, float]) -> Content:
    try:
        if panel.kind == "timeseries":
            return Content(panel, chart=await _chart(panel, prometheus, period))
        return Content(panel, cells=_cells(panel, await _values(panel, prometheus)))
    except PrometheusError as error:
        return Content(panel, error=str(error))


async def _chart(panel: Panel, prometheus: Prometheus, period: tuple[float, float]) -> Chart:
    start, end = period
    step = max(MIN_STEP, (end - start) / STEPS)
    named = [
        (series.name(query.legend), series)
        for query in panel.queries
        for series in await prometheus.query_range(query.expression, start=start, end=end, step=step)
    ]
    width, height = panel.width * COLUMN_PIXELS, panel.height * ROW_PIXELS
    return draw(named, period=period, unit=panel.unit, width=width, height=height)


async def _values(panel: Panel, prometheus: Prometheus) -> list[tuple[str, Series]]:
    return [
        (series.name(query.legend), series)
        for query in panel.queries
        for series in await prometheus.query(query.expression)
    ]


def _cells(panel: Panel, values: list[tuple[str, Series]]) -> tuple[Cell, ...]:
    """The largest values first."""
    largest = max((series.last for _, series in values), default=0) or 1
    ordered = values if panel.kind == "stat" else sorted(values, key=lambda item: -item[1].last)
    return tuple(
        Cell(
            name=name,
            text=format_value(series.last, panel.unit),
            meaning=MEANINGS.get(panel.colour(series.last).rpartition("-")[2], ""),
            share=max(0.0, min(1.0, series.last / largest)),
        )
        for name, series in ordered[:MAX_ROWS]
    )
