"""What payments measures beyond what every service does."""

from prometheus_client import Counter, Gauge

WEBHOOKS = Counter("payment_webhooks_total", "Webhooks by type and what became of them", ["type", "outcome"])
UNEXPLAINED = Gauge(
    "unexplained_cents",
    "Minor units captured that neither bought an order nor went back: must return to 0 within seconds (capped)",
)
