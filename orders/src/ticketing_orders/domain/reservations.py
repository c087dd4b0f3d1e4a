"""How a buyer reserves and releases a ticket."""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ticketing_common.currency import Currency
from ticketing_common.errors import Forbidden, NotFound
from ticketing_common.events import CancelReason, OrderStatus
from ticketing_orders.domain.errors import (
    AlreadyComplete,
    NotExpiredYet,
    PriceChanged,
    ReleasedRecently,
    TicketReserved,
    TooManyReservations,
)
from ticketing_orders.domain.order import Order, OrderedTicket, OrderHistoryEntry, OrderStep, Ticket, to_milliseconds


@dataclass(frozen=True, slots=True)
class ReservationRules:
    """How long a buyer holds a ticket, how many a buyer may hold unpaid, and how long until the same one again."""

    hold_for: timedelta
    max_open: int
    cooldown: timedelta


def next_hold(latest: Order | None) -> int:
    """The hold after that of a ticket's `latest` order; TicketReserved while that order holds the ticket."""
    if latest is None:
        return 1
    if latest.status.holds_ticket:
        raise TicketReserved
    return latest.hold + 1


def preferred_slot(order_id: str, max_open: int) -> int:
    """The slot to try first: ids end in a counter, so that consecutive orders prefer different ones."""
    return int(order_id, 16) % max_open


def free_slot(preferred: int, used: Collection[int], max_open: int) -> int:
    """The next slot that none of the buyer's open orders has; TooManyReservations when there are `max_open` of them."""
    if len(used) >= max_open:
        raise TooManyReservations(max_open)
    return next(slot % max_open for slot in range(preferred, preferred + max_open) if slot % max_open not in used)


def require_cooled_down(released: Order | None, *, cooldown: timedelta, now: datetime) -> None:
    """ReleasedRecently within `cooldown` after the buyer's last order of the ticket, `released`, ended unpaid.

    Otherwise a buyer could renew a reservation forever, faster than anybody else can order.
    """
    if released is None or released.released_at is None:
        return
    remaining = (released.released_at + cooldown - now).total_seconds()
    if cooldown and remaining > 0:
        raise ReleasedRecently(retry_after=math.ceil(remaining))


def place(
    *, order_id: str, buyer_id: str, ticket: Ticket, hold: int, slot: int, now: datetime, hold_for: timedelta
) -> Order:
    """A new order that holds `ticket` for `hold_for`."""
    now = to_milliseconds(now)
    return Order(
        id=order_id,
        version=0,
        hold=hold,
        status=OrderStatus.CREATED,
        user_id=buyer_id,
        created_at=now,
        expires_at=to_milliseconds(now + hold_for),
        ticket=OrderedTicket(id=ticket.id, title=ticket.title, price=ticket.price, version=ticket.version),
        seller_id=ticket.seller_id,
        slot=slot,
        history=(OrderHistoryEntry(OrderStep.RESERVED, now),),
    )


def require_price(ticket: Ticket, seen: int | None, currency: Currency) -> None:
    """PriceChanged unless the ticket costs what the buyer saw; None accepts any price."""
    if seen is not None and seen != ticket.price:
        raise PriceChanged(ticket.price, currency)


def require_listed(ticket: Ticket) -> None:
    """NotFound once the ticket is known to be withdrawn."""
    if ticket.withdrawn:
        raise NotFound("There is no such ticket.")


def require_buyer(order: Order, user_id: str) -> Order:
    """The order; Forbidden unless it is this user's."""
    if order.user_id != user_id:
        raise Forbidden("Not authorized: this is another buyer's order.")
    return order


def cancel(order: Order, *, now: datetime) -> Order:
    """The order cancelled by its buyer. An expired one too: then a late payment is refunded, not honoured."""
    if order.status is OrderStatus.COMPLETE:
        raise AlreadyComplete
    if order.reason is CancelReason.BUYER:
        return order
    return _released(order, CancelReason.BUYER, OrderStep.CANCELLED, now)


def expire(order: Order, *, now: datetime) -> Order:
    """The order expired, or unchanged when it is paid or cancelled; NotExpiredYet before its time."""
    if order.status not in (OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT):
        return order
    if now < order.expires_at:
        raise NotExpiredYet((order.expires_at - now).total_seconds())
    return _released(order, CancelReason.EXPIRED, OrderStep.EXPIRED, now)


def _released(order: Order, reason: CancelReason, step: OrderStep, now: datetime) -> Order:
    return replace(
        order,
        version=order.version + 1,
        status=OrderStatus.CANCELLED,
        reason=reason,
        history=order.history_with(step, now),
    )
