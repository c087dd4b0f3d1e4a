"""An order and its rules. Legal paths: created → cancelled, created → complete, cancelled (expired) → complete."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ticketing_common.errors import Forbidden, InvalidState
from ticketing_common.events import CancelReason, OrderStatus, PaymentHistoryEntry, RefundReason


@dataclass(frozen=True, slots=True)
class Ticket:
    """What orders knows of a ticket, from the tickets service. `price` is in minor units."""

    id: str
    version: int
    title: str
    price: int


@dataclass(frozen=True, slots=True)
class OrderedTicket:
    """The ticket as it was when it was ordered: later edits do not change the order. `price` is in minor units."""

    id: str
    title: str
    price: int


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment as payments last told of it; all amounts are in minor units."""

    id: str
    version: int
    status: str
    amount: int
    captured: int
    refunded: int
    disputed: int = 0
    history: tuple[PaymentHistoryEntry, ...] = ()


class OrderStep(StrEnum):
    """What can happen to an order."""

    RESERVED = "reserved"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    COMPLETED = "completed"
    REINSTATED = "reinstated"
    REFUND_DUE = "refund_due"


@dataclass(frozen=True, slots=True)
class OrderHappening:
    """One line of an order's history; `reason` says why a payment goes back."""

    step: OrderStep
    at: datetime
    reason: RefundReason | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One buyer's claim on one ticket.

    `hold` is a fencing token: of all claims on a ticket, the one with the highest hold is the latest. `payments` are
    those heard of, by id; `judged` tells of each that was judged: None if it bought this order, else why it goes back.
    """

    id: str
    version: int
    hold: int
    status: OrderStatus
    user_id: str
    created_at: datetime
    expires_at: datetime
    ticket: OrderedTicket
    reason: CancelReason | None = None
    payments: Mapping[str, Payment] = field(default_factory=dict)
    judged: Mapping[str, RefundReason | None] = field(default_factory=dict)
    history: tuple[OrderHappening, ...] = ()

    @property
    def payment(self) -> Payment | None:
        """The payment to show: the one that bought the order, else the youngest (ids grow with time)."""
        bought_by = [payment_id for payment_id, refused in self.judged.items() if refused is None]
        shown = bought_by or sorted(self.payments)[-1:]
        return self.payments[shown[0]] if shown else None


class TicketReserved(InvalidState):
    """Somebody, perhaps the same buyer, holds or owns the ticket."""

    message = "That ticket is already reserved. Choose another, or look again when the reservation has run out."


class HoldTaken(Exception):
    """Another order of this ticket took the same hold a moment before: read the highest again and retry."""


class AlreadyComplete(InvalidState):
    """A paid order cannot be cancelled."""

    message = "That order is already paid and complete; it cannot be cancelled."


class NotExpiredYet(Exception):
    """By our own clock the buyer still has `seconds` left, whatever another clock says."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.3f} s left")
        self.seconds = seconds


def place(*, order_id: str, buyer_id: str, ticket: Ticket, hold: int, now: datetime, hold_for: timedelta) -> Order:
    """A new order that holds `ticket` for `hold_for`. Times are whole milliseconds, as MongoDB keeps them."""
    now = _to_the_millisecond(now)
    return Order(
        id=order_id,
        version=0,
        hold=hold,
        status=OrderStatus.CREATED,
        user_id=buyer_id,
        created_at=now,
        expires_at=_to_the_millisecond(now + hold_for),
        ticket=OrderedTicket(id=ticket.id, title=ticket.title, price=ticket.price),
        history=(OrderHappening(OrderStep.RESERVED, now),),
    )


def require_buyer(order: Order, user_id: str) -> Order:
    """The order, if it is this user's."""
    if order.user_id != user_id:
        raise Forbidden("Not authorized: this is another buyer's order.")
    return order


def cancel(order: Order, *, now: datetime) -> Order:
    """The order given up by its buyer. An expired one too: then a late payment is refunded, not honoured."""
    if order.status is OrderStatus.COMPLETE:
        raise AlreadyComplete
    if order.reason is CancelReason.BUYER:
        return order
    happened = OrderHappening(OrderStep.CANCELLED, now)
    return _next(order, happened, status=OrderStatus.CANCELLED, reason=CancelReason.BUYER)


def expire(order: Order, *, now: datetime) -> Order:
    """The order with its time run out, or as it is when it is paid or cancelled; NotExpiredYet before its time."""
    if order.status not in (OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT):
        return order
    if now < order.expires_at:
        raise NotExpiredYet((order.expires_at - now).total_seconds())
    happened = OrderHappening(OrderStep.EXPIRED, now)
    return _next(order, happened, status=OrderStatus.CANCELLED, reason=CancelReason.EXPIRED)


def refund_reason(order: Order, payment: Payment) -> RefundReason | None:
    """Why this captured payment cannot buy the order as it stands; None when it can (perhaps by reinstating it)."""
    if payment.captured != order.ticket.price:
        return RefundReason.WRONG_AMOUNT
    if order.status is OrderStatus.COMPLETE:
        return RefundReason.DUPLICATE
    if order.reason is CancelReason.BUYER:
        return RefundReason.BUYER
    return None


def complete(order: Order, payment: Payment, *, hold: int, now: datetime) -> Order:
    """The order bought by `payment`. With a new `hold` when an expired one is reinstated, else with its own."""
    step = OrderStep.COMPLETED if order.status.holds_ticket else OrderStep.REINSTATED
    judged = {**order.judged, payment.id: None}
    bought = with_payment(order, payment)
    happened = OrderHappening(step, now)
    return _next(bought, happened, status=OrderStatus.COMPLETE, reason=None, hold=hold, judged=judged)


def refuse(order: Order, payment: Payment, reason: RefundReason, *, now: datetime) -> Order:
    """The order with the verdict that `payment` goes back."""
    happened = OrderHappening(OrderStep.REFUND_DUE, now, reason)
    return _next(with_payment(order, payment), happened, judged={**order.judged, payment.id: reason})


def with_payment(order: Order, payment: Payment) -> Order:
    """The order knowing `payment`, if that is newer than what it knows; for the reader only, it decides nothing.

    Versions of two payments say nothing about each other: each is held against what is known of the same one.
    """
    known = order.payments.get(payment.id)
    if known is not None and known.version >= payment.version:
        return order
    return replace(order, payments={**order.payments, payment.id: payment})


def show_payment(order: Order, payment: Payment) -> Order:
    """The next version of the order, knowing `payment`; the same order when that is not news."""
    shown = with_payment(order, payment)
    return order if shown is order else _next(shown)


def _to_the_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _next(order: Order, happened: OrderHappening | None = None, **changes: object) -> Order:
    """One version on, with what happened as its newest line (in whole milliseconds)."""
    history = order.history
    if happened is not None:
        history = (*history, replace(happened, at=_to_the_millisecond(happened.at)))
    return replace(order, version=order.version + 1, history=history, **changes)  # type: ignore[arg-type]  # by name
