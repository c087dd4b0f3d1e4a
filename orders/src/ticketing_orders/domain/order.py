"""An order as it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ticketing_common.events import CancelReason, OrderStatus, PaymentHistoryEntry, RefundReason


@dataclass(frozen=True, slots=True)
class Ticket:
    """A replica of a ticket of the tickets service. `price` is in minor units.

    `seller_id` is None until an event arrives of those that releases without it had replicated.
    """

    id: str
    version: int
    title: str
    price: int
    withdrawn: bool = False
    seller_id: str | None = None


@dataclass(frozen=True, slots=True)
class OrderedTicket:
    """The ticket as it was when it was ordered: later edits do not change the order. `price` is in minor units.

    `version` is 0 for orders of releases that did not record it.
    """

    id: str
    title: str
    price: int
    version: int = 0


@dataclass(frozen=True, slots=True)
class Payment:
    """A replica of a payment of the payments service; all amounts are in minor units."""

    id: str
    version: int
    status: str
    amount: int
    captured: int
    refunded: int
    disputed: int = 0
    history: tuple[PaymentHistoryEntry, ...] = ()


class OrderStep(StrEnum):
    """The steps of an order's history."""

    RESERVED = "reserved"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    COMPLETED = "completed"
    REINSTATED = "reinstated"
    REFUND_DUE = "refund_due"


_RELEASES = (OrderStep.CANCELLED, OrderStep.EXPIRED)


@dataclass(frozen=True, slots=True)
class OrderHistoryEntry:
    """One step of an order; `reason` says why a payment is refunded. `at` is in whole milliseconds, as stored."""

    step: OrderStep
    at: datetime
    reason: RefundReason | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One buyer's claim on one ticket.

    `hold` is a fencing token: of all orders of a ticket, the one with the highest hold is the latest. `slot` is the
    number of the buyer's open reservation: no two have the same; None for orders of releases without a limit.
    `payments` are those reported so far, by id; `settled` has the decision on each captured one: None if it bought
    this order, else why it is refunded. `trace` is the `traceparent` of the request that placed the order; None for
    those of releases that did not keep it. `seller_id` is None in orders of releases that did not record it, until
    they are paid.
    """

    id: str
    version: int
    hold: int
    status: OrderStatus
    user_id: str
    created_at: datetime
    expires_at: datetime
    ticket: OrderedTicket
    seller_id: str | None = None
    slot: int | None = None
    reason: CancelReason | None = None
    payments: Mapping[str, Payment] = field(default_factory=dict)
    settled: Mapping[str, RefundReason | None] = field(default_factory=dict)
    history: tuple[OrderHistoryEntry, ...] = ()
    trace: str | None = field(default=None, compare=False)

    @property
    def payment(self) -> Payment | None:
        """The payment to show: the one that bought the order, else the latest (ids grow with time)."""
        bought_by = [payment_id for payment_id, refund_reason in self.settled.items() if refund_reason is None]
        shown = bought_by or sorted(self.payments)[-1:]
        return self.payments[shown[0]] if shown else None

    @property
    def released_at(self) -> datetime | None:
        """When the ticket was released because the order was not paid; None unless it was."""
        if self.status is not OrderStatus.CANCELLED:
            return None
        return next((entry.at for entry in self.history if entry.step in _RELEASES), None)

    def history_with(
        self, step: OrderStep, at: datetime, reason: RefundReason | None = None
    ) -> tuple[OrderHistoryEntry, ...]:
        """The history with one more step."""
        return (*self.history, OrderHistoryEntry(step, to_milliseconds(at), reason))


@dataclass(frozen=True, slots=True)
class Total:
    """A number of orders, and the sum of their amounts in minor units."""

    count: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Sales:
    """A seller's paid orders, and what was refunded of the payments that bought them."""

    sold: Total = Total()
    refunded: Total = Total()


def to_milliseconds(moment: datetime) -> datetime:
    """The moment in whole milliseconds, as MongoDB stores it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
