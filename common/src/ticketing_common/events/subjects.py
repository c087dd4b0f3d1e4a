"""The subjects of the stream TICKETING."""

from enum import StrEnum


class Subject(StrEnum):
    """One subject for each kind of event; the first word is the aggregate that it is about."""

    TICKET_CREATED = "ticket.created"
    TICKET_UPDATED = "ticket.updated"
    TICKET_WITHDRAWN = "ticket.withdrawn"
    ORDER_CREATED = "order.created"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_COMPLETED = "order.completed"
    ORDER_REFUND_DUE = "order.refund_due"
    EXPIRATION_COMPLETE = "expiration.complete"
    PAYMENT_CREATED = "payment.created"
    PAYMENT_FAILED = "payment.failed"
    PAYMENT_REFUNDED = "payment.refunded"
    SESSION_REVOKED = "session.revoked"
