"""An order and its rules. Legal paths: created → cancelled, created → complete, cancelled (expired) → complete."""

from ticketing_orders.domain.errors import (
    AlreadyComplete,
    HoldTaken,
    NotExpiredYet,
    PriceChanged,
    ReleasedRecently,
    SlotTaken,
    TicketReserved,
    TooManyReservations,
)
from ticketing_orders.domain.order import Order, OrderedTicket, OrderHistoryEntry, OrderStep, Payment, Ticket
from ticketing_orders.domain.payments import complete, record_payment, request_refund, settle
from ticketing_orders.domain.reservations import (
    ReservationRules,
    cancel,
    expire,
    free_slot,
    next_hold,
    place,
    preferred_slot,
    require_buyer,
    require_cooled_down,
    require_listed,
    require_price,
)

__all__ = [
    "AlreadyComplete",
    "HoldTaken",
    "NotExpiredYet",
    "Order",
    "OrderHistoryEntry",
    "OrderStep",
    "OrderedTicket",
    "Payment",
    "PriceChanged",
    "ReleasedRecently",
    "ReservationRules",
    "SlotTaken",
    "Ticket",
    "TicketReserved",
    "TooManyReservations",
    "cancel",
    "complete",
    "expire",
    "free_slot",
    "next_hold",
    "place",
    "preferred_slot",
    "record_payment",
    "request_refund",
    "require_buyer",
    "require_cooled_down",
    "require_listed",
    "require_price",
    "settle",
]
