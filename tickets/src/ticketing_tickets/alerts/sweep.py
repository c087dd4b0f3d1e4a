"""The background task that settles the alerts that no event has settled."""

from collections.abc import Callable
from datetime import datetime

from ticketing_common.monitor import Monitor
from ticketing_tickets.alerts.metrics import WAITING
from ticketing_tickets.alerts.ports import AlertDeps
from ticketing_tickets.alerts.use_cases import settle_all


class AlertSweep(Monitor):
    """Every ten seconds, settles all alerts and counts those that waited."""

    name = "alert-sweep"
    gauges = (WAITING,)

    def __init__(self, deps: AlertDeps, *, now: Callable[[], datetime]) -> None:
        self._deps = deps
        self._now = now

    async def measure(self) -> None:
        WAITING.set(await settle_all(self._deps, now=self._now()))
