"""The durable consumers that the services have, so that one that is missing is noticed."""

# Subject by consumer. infra/local/src/ticketing_local/permissions.py allows exactly these; a test compares them.
CONSUMERS = {
    "tickets-order-created": "order.created",
    "tickets-order-cancelled": "order.cancelled",
    "tickets-order-completed": "order.completed",
    "tickets-availability-alerts": "ticket.updated",
    "tickets-alerts-account-deleted": "session.revoked",
    "orders-ticket-created": "ticket.created",
    "orders-ticket-updated": "ticket.updated",
    "orders-ticket-withdrawn": "ticket.withdrawn",
    "orders-expiration-complete": "expiration.complete",
    "orders-payment-created": "payment.created",
    "orders-payment-failed": "payment.failed",
    "orders-payment-refunded": "payment.refunded",
    "payments-order-created": "order.created",
    "payments-order-cancelled": "order.cancelled",
    "payments-order-completed": "order.completed",
    "payments-order-refund-due": "order.refund_due",
    "expiration-order-created": "order.created",
}


def service_of(consumer: str) -> str:
    """The service that has this consumer: the first word of its name."""
    return consumer.partition("-")[0]
