"""The event contract between the services. Its reviewed form are the JSON schemas in `common/contract/`."""

from ticketing_common.events.batches import Received, newest
from ticketing_common.events.event import Envelope, Event, VersionedEvent
from ticketing_common.events.expiration import ExpirationComplete
from ticketing_common.events.orders import (
    CancelReason,
    HeldTicket,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderRefundDue,
    OrderState,
    OrderStatus,
    RefundReason,
)
from ticketing_common.events.payments import (
    PaymentCreated,
    PaymentFailed,
    PaymentHistoryEntry,
    PaymentRefunded,
    PaymentState,
    PaymentStatus,
    PaymentStep,
)
from ticketing_common.events.sessions import SessionRevoked
from ticketing_common.events.subjects import Subject
from ticketing_common.events.tickets import TicketCreated, TicketState, TicketStep, TicketUpdated, TicketWithdrawn

__all__ = [
    "EVENTS",
    "CancelReason",
    "Envelope",
    "Event",
    "ExpirationComplete",
    "HeldTicket",
    "OrderCancelled",
    "OrderCompleted",
    "OrderCreated",
    "OrderRefundDue",
    "OrderState",
    "OrderStatus",
    "PaymentCreated",
    "PaymentFailed",
    "PaymentHistoryEntry",
    "PaymentRefunded",
    "PaymentState",
    "PaymentStatus",
    "PaymentStep",
    "Received",
    "RefundReason",
    "SessionRevoked",
    "Subject",
    "TicketCreated",
    "TicketState",
    "TicketStep",
    "TicketUpdated",
    "TicketWithdrawn",
    "VersionedEvent",
    "newest",
]

EVENTS: dict[Subject, type[Event]] = {
    event.subject: event
    for event in (
        TicketCreated,
        TicketUpdated,
        TicketWithdrawn,
        OrderCreated,
        OrderCancelled,
        OrderCompleted,
        OrderRefundDue,
        ExpirationComplete,
        PaymentCreated,
        PaymentFailed,
        PaymentRefunded,
        SessionRevoked,
    )
}
