"""What payments measures beyond what every service does."""

from prometheus_client import Counter

WEBHOOKS = Counter("payment_webhooks_total", "Webhooks by type and what became of them", ["type", "outcome"])
