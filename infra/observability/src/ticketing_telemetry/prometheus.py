"""Prometheus' HTTP API: the queries of a panel, and the alerts that fire."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

TIMEOUT_SECONDS = 10
_LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class PrometheusError(Exception):
    """The query failed; the message is Prometheus' own, or says that it is unreachable."""


@dataclass(frozen=True)
class Series:
    """One time series: pairs of seconds since the epoch and value."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]

    @property
    def last(self) -> float:
        """The newest value."""
        return self.points[-1][1]

    def name(self, legend: str) -> str:
        """`legend` with its {{label}}s filled in; all labels without one."""
        if legend:
            return _LABEL.sub(lambda match: self.labels.get(match[1], ""), legend)
        return ", ".join(f"{name}={value}" for name, value in self.labels.items() if name != "__name__") or "value"


@dataclass(frozen=True)
class Alert:
    """An alert that fires."""

    name: str
    severity: str
    summary: str


class Prometheus:
    """Queries through this client, whose base URL is Prometheus'. Methods raise PrometheusError."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def query_range(self, expression: str, *, start: float, end: float, step: float) -> list[Series]:
        """The series from `start` to `end`, in seconds since the epoch, at each `step`."""
        data = await self._get("/api/v1/query_range", {"query": expression, "start": start, "end": end, "step": step})
        return [Series(item["metric"], _points(item["values"])) for item in data["result"]]

    async def query(self, expression: str) -> list[Series]:
        """The values now, each as a series of one point."""
        data = await self._get("/api/v1/query", {"query": expression})
        if data["resultType"] == "scalar":
            return [Series({}, _points([data["result"]]))]
        return [Series(item["metric"], _points([item["value"]])) for item in data["result"]]

    async def firing(self) -> list[Alert]:
        """The alerts that fire now."""
        alerts = (await self._get("/api/v1/alerts", {}))["alerts"]
        return [_alert(alert) for alert in alerts if alert["state"] == "firing"]

    async def _get(self, path: str, parameters: Mapping[str, str | float]) -> Any:
        try:
            response = await self._http.get(path, params=dict(parameters), timeout=TIMEOUT_SECONDS)
            body = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise PrometheusError(f"Prometheus does not respond ({type(error).__name__})") from error
        if body.get("status") != "success":
            raise PrometheusError(str(body.get("error", response.status_code)))
        return body["data"]


def _points(values: list[tuple[float, str]]) -> tuple[tuple[float, float], ...]:
    return tuple((float(time), float(value)) for time, value in values)


def _alert(alert: Mapping[str, Any]) -> Alert:
    return Alert(
        name=alert["labels"].get("alertname", ""),
        severity=alert["labels"].get("severity", ""),
        summary=alert["annotations"].get("summary", ""),
    )
