"""The metrics of auth beyond those of every service."""

from prometheus_client import Gauge, Histogram

HASHING_QUEUE_LENGTH = Gauge("password_hashing_queue_length", "Passwords that wait for a thread to hash them")
HASHING_DURATION = Histogram(
    "password_hashing_duration_seconds",
    "From the request to hash a password, or to verify one, to its result: the wait for a thread included",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
