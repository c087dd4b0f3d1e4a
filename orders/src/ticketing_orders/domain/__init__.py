"""An order and its rules. Legal paths: created → cancelled, created → complete, cancelled (expired) → complete."""

from ticketing_orders.domain.errors import AlreadyComplete, HoldTaken, NotExpiredYet, PriceChanged, TicketReserved
from ticketing_orders.domain.order import Order, OrderedTicket, OrderHistoryEntry, OrderStep, Payment, Ticket
from ticketing_orders.domain.payments import complete, record_payment, request_refund, settle
from ticketing_orders.domain.reservations import cancel, expire, next_hold, place, require_buyer, require_price

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
    "Ticket",
    "TicketReserved",
    "cancel",
    "complete",
    "expire",
    "next_hold",
    "place",
    "record_payment",
    "request_refund",
    "require_buyer",
    "require_price",
    "settle",
]
