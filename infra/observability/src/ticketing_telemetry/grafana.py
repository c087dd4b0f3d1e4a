"""Read Grafana's dashboards from JSON: as much of their model as the dashboards of this repository use."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Grafana computes these from the width of a panel and the scrape interval.
RATE_INTERVAL = "1m"
_VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True)
class Query:
    """A PromQL expression, and the format of its series' names: "{{subject}}"; "" names all labels."""

    expression: str
    legend: str


@dataclass(frozen=True)
class Panel:
    """One panel; `kind` is Grafana's, such as timeseries, stat, table, bargauge, or row, which is a heading.

    `thresholds` are ascending pairs of the value from which on a colour applies and Grafana's name of the colour.
    """

    title: str
    kind: str
    width: int
    height: int
    queries: tuple[Query, ...]
    unit: str
    thresholds: tuple[tuple[float, str], ...]
    description: str

    def colour(self, value: float) -> str:
        """Grafana's name of the colour of a value; "" without thresholds."""
        return next((name for limit, name in reversed(self.thresholds) if value >= limit), "")


@dataclass(frozen=True)
class Dashboard:
    """One dashboard; `uid` names it in addresses."""

    uid: str
    title: str
    description: str
    panels: tuple[Panel, ...]


def read_dashboards(folder: Path) -> dict[str, Dashboard]:
    """By uid, in order of their files' names. A file that is no dashboard is left out."""
    found = (_dashboard(path) for path in sorted(folder.glob("*.json")))
    return {dashboard.uid: dashboard for dashboard in found if dashboard is not None}


def _dashboard(path: Path) -> Dashboard | None:
    model = json.loads(path.read_text())
    if not isinstance(model, dict) or "panels" not in model:
        return None
    return Dashboard(
        uid=str(model.get("uid") or path.stem),
        title=str(model.get("title") or path.stem),
        description=str(model.get("description") or ""),
        panels=tuple(_panel(panel, _variables(model)) for panel in _flatten(model["panels"])),
    )


def _flatten(panels: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Panels by position; those of a collapsed row follow it."""
    for panel in sorted(panels, key=lambda panel: (panel["gridPos"]["y"], panel["gridPos"]["x"])):
        yield panel
        yield from _flatten(panel.get("panels", []))


def _panel(panel: Mapping[str, Any], variables: Mapping[str, str]) -> Panel:
    defaults = panel.get("fieldConfig", {}).get("defaults", {})
    steps = defaults.get("thresholds", {}).get("steps", [])
    return Panel(
        title=panel.get("title", ""),
        kind=panel["type"],
        width=panel["gridPos"]["w"],
        height=panel["gridPos"]["h"],
        queries=tuple(
            Query(_substitute(target["expr"], variables), target.get("legendFormat", "").replace("__auto", ""))
            for target in panel.get("targets", [])
            if target.get("expr")
        ),
        unit=defaults.get("unit", "short"),
        thresholds=tuple(
            (float("-inf") if step.get("value") is None else float(step["value"]), step["color"]) for step in steps
        ),
        description=panel.get("description", ""),
    )


def _variables(model: Mapping[str, Any]) -> dict[str, str]:
    """Those of the dashboard match everything, because this view has no controls for them."""
    own = {variable["name"]: ".*" for variable in model.get("templating", {}).get("list", [])}
    return {**own, "__rate_interval": RATE_INTERVAL, "__interval": RATE_INTERVAL, "__range": "15m"}


def _substitute(expression: str, variables: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: variables.get(match[1] or match[2], match[0]), expression)
