"""The Prometheus metrics that every service exports at /metrics. Names follow Prometheus's conventions."""

from prometheus_client import Counter, Gauge, Histogram

HTTP_REQUESTS = Counter("http_requests_total", "Requests answered", ["service", "method", "route", "status"])
HTTP_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from the request's arrival to the end of its answer",
    ["service", "method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
EVENTS_PUBLISHED = Counter("events_published_total", "Events that JetStream acknowledged", ["subject"])
PUBLISH_FAILURES = Counter("event_publish_failures_total", "Tries to publish that were not acknowledged", ["subject"])
EVENTS_HANDLED = Counter("events_handled_total", "Messages by what became of them", ["durable", "outcome"])
HANDLING_SECONDS = Histogram("event_handling_seconds", "Time in a listener's handle()", ["durable"])
BROKER_CONNECTED = Gauge("broker_connected", "1 while the connection to NATS stands")
OUTBOX_WAITING = Gauge("outbox_waiting_documents", "Documents with unpublished events at the last sweep (capped)")
