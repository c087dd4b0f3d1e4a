"""Metrics of expiration. The service (sweep) and its worker (timers) are two processes; each exports its own."""

from prometheus_client import Counter, Gauge, Histogram

FIRED = Counter("expirations_fired_total", "Orders whose reservation expired, by what fired them", ["by"])
LATENESS_SECONDS = Histogram(
    "expiration_lateness_seconds",
    "From an order's due time to its firing",
    buckets=(0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 10, 30, 60, 300),
)
PENDING = Gauge("expirations_pending", "Orders that have not fired, counted every ten seconds")
