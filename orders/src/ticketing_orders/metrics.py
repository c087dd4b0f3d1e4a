"""What orders measures beyond what every service does."""

from prometheus_client import Gauge

ORPHANS = Gauge(
    "orphan_reservations", "Unpaid orders that still hold their ticket 30 s after their time: must be 0 (capped)"
)
