"""Metrics of expiration. The service (sweep) and its worker (timers) are two processes; each exports its own."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

from ticketing_common.observability.metrics import BUILD_INFO
from ticketing_expiration.domain import FiredBy

FIRED = Counter("expirations_fired_total", "Orders whose reservation expired, by what fired them", ["by"])
for _by in FiredBy:
    FIRED.labels(_by.value)
LATENESS_SECONDS = Histogram(
    "expiration_lateness_seconds",
    "From an order's due time to its firing",
    buckets=(0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 10, 30, 60, 300),
)
PENDING = Gauge("expirations_pending", "Orders that have not fired, counted every ten seconds")


def worker_registry() -> CollectorRegistry:
    """What the worker exports. The broker and the outbox, for example, are the service's: here they would read 0."""
    registry = CollectorRegistry()
    for metric in (FIRED, LATENESS_SECONDS, BUILD_INFO):
        registry.register(metric)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry
