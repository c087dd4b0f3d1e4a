"""The names of the headers of an event, and of a dead letter. Stored messages carry them: they never change."""

EVENT_TYPE = "Event-Type"
OCCURRED_AT = "Occurred-At"
TRACEPARENT = "traceparent"

DEAD_REASON = "Dead-Reason"
DEAD_DURABLE = "Dead-Durable"
DEAD_SUBJECT = "Dead-Subject"
DEAD_SEQUENCE = "Dead-Sequence"
DEAD_DELIVERIES = "Dead-Deliveries"
DEAD_EVENT_ID = "Dead-Event-Id"
DEAD_AT = "Dead-At"

# Of an atomic batch, which nats-py has no names for.
BATCH_ID = "Nats-Batch-Id"
BATCH_SEQUENCE = "Nats-Batch-Sequence"
BATCH_COMMIT = "Nats-Batch-Commit"
