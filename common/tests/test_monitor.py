"""A gauge shows what is true now, or that it is not known."""

from math import isnan, nan

import pytest
from prometheus_client import CollectorRegistry, Gauge

from ticketing_common.errors import Unavailable
from ticketing_common.monitor import Monitor
from ticketing_common.web.background import run_tasks
from ticketing_test_support.waiting import eventually

REGISTRY = CollectorRegistry()
GAUGE = Gauge("measured", "What is measured", registry=REGISTRY)


class Failing(Monitor):
    """Measures 7, then fails with `error`."""

    name = "failing"
    gauges = (GAUGE,)
    interval = 0.01

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error
        self.measurements = 0

    async def measure(self) -> None:
        self.measurements += 1
        if self.error and self.measurements > 1:
            raise self.error
        GAUGE.set(7)


def value() -> float:
    found = REGISTRY.get_sample_value("measured")
    return nan if found is None else found


@pytest.mark.parametrize("error", [Unavailable(), ValueError("a defect")])
async def test_unmeasured_gauge_keeps_no_old_value(error: Exception) -> None:
    monitor = Failing(error)
    async with run_tasks([monitor]):
        await eventually(lambda: value() == 7)
        await eventually(lambda: isnan(value()))
        monitor.error = None
        await eventually(lambda: value() == 7)
