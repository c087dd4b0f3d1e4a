"""An example of each event: the ticket of `examples` is listed, reserved, paid and sold; other orders end otherwise."""

from datetime import UTC, datetime, timedelta

from ticketing_common.events import (
    CancelReason,
    Event,
    ExpirationComplete,
    HeldTicket,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderRefundDue,
    OrderStatus,
    PaymentCreated,
    PaymentFailed,
    PaymentHistoryEntry,
    PaymentRefunded,
    PaymentStatus,
    PaymentStep,
    RefundReason,
    SessionRevoked,
    TicketCreated,
    TicketStep,
    TicketUpdated,
    TicketWithdrawn,
)
from ticketing_docs.examples import BUYER, INTENT, ORDER, PAYMENT, SELLER, TICKET, TITLE

RESERVED_AT = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
_EXPIRES_AT = RESERVED_AT + timedelta(minutes=15)
_PAID_AT = RESERVED_AT + timedelta(seconds=192)
_PRICE = 24_000

_held = HeldTicket(id=TICKET, title=TITLE, price=_PRICE)
_created = OrderCreated(
    id=ORDER, version=0, hold=1, status=OrderStatus.CREATED, user_id=BUYER, expires_at=_EXPIRES_AT, ticket=_held
)
_paid = PaymentHistoryEntry(step=PaymentStep.PAID, at=_PAID_AT, amount=_PRICE)
_refunded = PaymentHistoryEntry(step=PaymentStep.REFUNDED, at=_PAID_AT + timedelta(minutes=20), amount=_PRICE)
_declined = PaymentHistoryEntry(step=PaymentStep.DECLINED, at=_PAID_AT, reason="Your card has insufficient funds.")
_payment = PaymentCreated(
    id=PAYMENT,
    version=1,
    order_id=ORDER,
    status=PaymentStatus.SUCCEEDED,
    stripe_id=INTENT,
    amount=_PRICE,
    captured=_PRICE,
    refunded=0,
    history=(_paid,),
)
_ticket = TicketCreated(id=TICKET, version=0, title=TITLE, price=_PRICE, user_id=SELLER, step=TicketStep.NEW)


def _like(event: type[Event], original: Event, **changes: object) -> Event:
    """The event with the original's fields, but for the changes."""
    return event.model_validate({**original.model_dump(), **changes})


EXAMPLES: tuple[Event, ...] = (
    _ticket,
    _like(TicketUpdated, _ticket, version=1, order_id=ORDER, reserved_until=_EXPIRES_AT, step=TicketStep.RESERVED),
    _like(TicketWithdrawn, _ticket, version=1, withdrawn=True, step=TicketStep.WITHDRAWN),
    _created,
    _like(OrderCancelled, _created, version=1, status=OrderStatus.CANCELLED, reason=CancelReason.EXPIRED),
    _like(OrderCompleted, _created, version=2, status=OrderStatus.COMPLETE),
    _like(
        OrderRefundDue,
        _created,
        version=3,
        status=OrderStatus.CANCELLED,
        payment_id=PAYMENT,
        reason=RefundReason.EXPIRED,
    ),
    ExpirationComplete(order_id=ORDER),
    _payment,
    _like(
        PaymentFailed,
        _payment,
        status=PaymentStatus.FAILED,
        captured=0,
        reason=_declined.reason,
        history=(_declined,),
    ),
    _like(
        PaymentRefunded,
        _payment,
        version=2,
        status=PaymentStatus.REFUNDED,
        refunded=_PRICE,
        history=(_paid, _refunded),
    ),
    SessionRevoked(user_id=BUYER, generation=2, expires_at=RESERVED_AT + timedelta(days=7)),
)
