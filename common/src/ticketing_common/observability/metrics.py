"""The Prometheus metrics of every service, at /metrics. Names follow OpenTelemetry's conventions where it has one."""

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

# The time at which each series began: as many series again, for which nobody asks.
disable_created_metrics()  # type: ignore[no-untyped-call]

HTTP_REQUEST_DURATION = Histogram(
    "http_server_request_duration_seconds",
    "Time from receiving a request to the end of its response",
    ["http_request_method", "http_route", "http_response_status_code"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
ACTIVE_REQUESTS = Gauge("http_server_active_requests", "Requests in progress, apart from those of probes")
MESSAGES_SENT = Counter("messaging_client_sent_messages_total", "Events that JetStream acknowledged", ["subject"])
PUBLISH_FAILURES = Counter(
    "messaging_publish_failures_total", "Attempts to publish that JetStream did not acknowledge", ["subject"]
)
MESSAGES_CONSUMED = Counter(
    "messaging_client_consumed_messages_total",
    "Deliveries to a consumer, by outcome",
    ["subject", "consumer", "outcome"],
)
PROCESS_DURATION = Histogram(
    "messaging_process_duration_seconds",
    "Time in the listener for each message; for those handled together, that of the whole batch",
    ["subject", "consumer"],
)
BROKER_CONNECTED = Gauge("messaging_broker_connected", "1 while connected to NATS")
BROKER_WRITABLE = Gauge("messaging_broker_writable", "0 while JetStream does not acknowledge what is published")
OUTBOX_PENDING = Gauge("outbox_pending_events", "Unpublished events in the database (counted up to 10,000 documents)")
OUTBOX_OLDEST_AGE = Gauge("outbox_oldest_event_age_seconds", "Age of the oldest unpublished event; 0 without any")
EVENT_LOOP_LAG = Histogram(
    "event_loop_lag_seconds",
    "How late the event loop runs what is due",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
BUILD_INFO = Gauge("ticketing_build_info", "What runs; always 1", ["service", "version", "revision", "python_version"])
