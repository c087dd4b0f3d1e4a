"""Metrics of payments beyond those of every service."""

from prometheus_client import Counter, Gauge

WEBHOOKS = Counter("payment_webhooks_total", "Webhooks by event type and outcome", ["type", "outcome"])
UNRECONCILED = Gauge(
    "payments_unreconciled_minor_units",
    "Money captured that neither bought an order nor was refunded: must return to 0 within seconds (capped)",
)
