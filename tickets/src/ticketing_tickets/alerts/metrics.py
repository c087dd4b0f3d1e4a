"""The metrics of availability alerts."""

from prometheus_client import Counter, Gauge

WAITING = Gauge("availability_alerts_waiting", "Alerts that wait for a ticket to be available")
ALERTS = Counter("availability_alerts_total", "Notifications that a ticket is available, by outcome", ["outcome"])
SENT, FAILED = (ALERTS.labels(outcome) for outcome in ("sent", "failed"))
