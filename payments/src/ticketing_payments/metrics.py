"""Metrics of payments beyond those of every service."""

from prometheus_client import Counter, Gauge, Histogram

WEBHOOKS = Counter("payment_webhooks_total", "Webhooks by event type and outcome", ["type", "outcome"])
STRIPE_DURATION = Histogram(
    "stripe_request_duration_seconds",
    "Time of each call of Stripe's API, with the SDK's own retries",
    ["operation", "outcome"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40),
)
UNRECONCILED = Gauge(
    "payments_unreconciled_minor_units",
    "Money captured that neither bought an order nor was refunded: must return to 0 within seconds (capped)",
)

# Those that concern a payment (docs.stripe.com/api/events/types). Stripe has hundreds, and adds more.
_WEBHOOK_TYPES = frozenset(
    {
        "payment_intent.created",
        "payment_intent.processing",
        "payment_intent.requires_action",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "charge.pending",
        "charge.succeeded",
        "charge.failed",
        "charge.updated",
        "charge.refunded",
        "charge.refund.updated",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
        "refund.created",
        "refund.updated",
        "refund.failed",
    }
)


def count_webhook(outcome: str, *, event_type: str | None = None) -> None:
    """Count a webhook; a type that is not known, or not verified, counts as `other`."""
    WEBHOOKS.labels(event_type if event_type in _WEBHOOK_TYPES else "other", outcome).inc()
