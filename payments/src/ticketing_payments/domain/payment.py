"""The payment of one order: a replica of the order, the PaymentIntent, and the refund that was requested."""

from dataclasses import dataclass
from datetime import datetime

from ticketing_common.events import CancelReason, OrderStatus, PaymentHistoryEntry, PaymentStatus, RefundReason
from ticketing_common.idempotency import StoredRequest
from ticketing_payments.domain.intent import NO_MONEY, Decline, Money


@dataclass(frozen=True, slots=True)
class Order:
    """The replica of the order, from the orders service. `price` is in minor units."""

    version: int
    status: OrderStatus
    user_id: str
    expires_at: datetime
    price: int
    reason: CancelReason | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund of everything left of a payment. Its id is its idempotency key: stored before the call."""

    id: str
    reason: RefundReason
    done: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """One document per order. Amounts are in minor units.

    `attempt` is a digest of the last token; `declines` and `history` are oldest first. Stripe is asked about the
    intent at `check_at`, for the time numbered `checks`. `trace` is the `traceparent` in which the order became known,
    which is of the trace that placed it; None for payments of releases that did not keep it. `requests` are those to
    pay it that had an Idempotency-Key, and were not refused.
    """

    order_id: str
    id: str
    version: int
    order: Order
    status: PaymentStatus = PaymentStatus.NONE
    intent_id: str | None = None
    attempt: str | None = None
    money: Money = NO_MONEY
    declines: tuple[Decline, ...] = ()
    history: tuple[PaymentHistoryEntry, ...] = ()
    refund: Refund | None = None
    check_at: datetime | None = None
    checks: int = 0
    trace: str | None = None
    requests: tuple[StoredRequest, ...] = ()

    def request(self, key: str) -> StoredRequest | None:
        """The request to pay with this key."""
        return next((request for request in self.requests if request.key == key), None)

    @property
    def is_captured(self) -> bool:
        """Whether money was ever captured, even if it was refunded since."""
        return self.money.captured > 0

    @property
    def decline(self) -> Decline | None:
        """Why the last card was declined, if none was tried since."""
        return self.declines[-1] if self.declines and self.status is PaymentStatus.FAILED else None

    @property
    def can_be_captured(self) -> bool:
        """Whether there is an intent that could still be charged."""
        return self.intent_id is not None and not self.is_captured and self.status is not PaymentStatus.CANCELED

    @property
    def is_refund_due(self) -> bool:
        """Whether a refund was requested and is not made yet."""
        return self.refund is not None and not self.refund.done

    @property
    def needs_check(self) -> bool:
        """Whether Stripe has to be asked even if it reports nothing."""
        return self.can_be_captured or self.is_refund_due or self.money.has_open_dispute

    @property
    def unreconciled(self) -> int:
        """Money captured that neither bought the order nor went back (negative: missing); must end as 0.

        Refunds and disputes made outside leave an order complete, and so count as reconciled.
        """
        if self.order.status is OrderStatus.COMPLETE:
            return self.money.captured - self.order.price
        return self.money.captured - self.money.refunded - self.money.disputed

    def was_paid_with(self, attempt: str) -> bool:
        """Whether the attempt with this digest captured the money: the same token then gets the same response."""
        return self.is_captured and self.attempt == attempt
