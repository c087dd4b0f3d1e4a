"""The metrics of orders beyond those of every service."""

from prometheus_client import Gauge

ORDERS_OVERDUE = Gauge(
    "orders_overdue", "Unpaid orders that still hold their ticket 30 s after they expired: must be 0 (capped)"
)
