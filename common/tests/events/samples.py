"""A sample of each event, as JSON, with every optional field."""

from typing import Any

from ticketing_common.events import Subject

ORDER: dict[str, Any] = {
    "id": "o1",
    "version": 3,
    "hold": 2,
    "status": "created",
    "userId": "u1",
    "expiresAt": "2026-01-01T00:00:00Z",
    "ticket": {"id": "t1", "title": "Front row", "price": 1250},
}
PAYMENT: dict[str, Any] = {
    "id": "p1",
    "version": 3,
    "orderId": "o1",
    "status": "succeeded",
    "stripeId": "pi_1",
    "amount": 1250,
    "captured": 1250,
    "refunded": 0,
    "reason": "duplicate",
    "disputed": 0,
    "history": [{"step": "paid", "at": "2026-01-01T00:00:00Z", "amount": 1250, "reason": "late"}],
}
TICKET: dict[str, Any] = {
    "id": "t1",
    "version": 3,
    "title": "Front row",
    "price": 1250,
    "userId": "u1",
    "orderId": "o1",
    "reservedUntil": "2026-01-01T00:00:00Z",
    "withdrawn": True,
    "step": "reserved",
}
_BY_OWNER = {
    "ticket": TICKET,
    "order": {**ORDER, "reason": "expired"},
    "expiration": {"orderId": "o1"},
    "payment": PAYMENT,
    "session": {
        "userId": "u1",
        "sessionId": "s1",
        "generation": 2,
        "expiresAt": "2026-01-01T00:00:00Z",
        "accountDeleted": True,
    },
}


def sample(subject: Subject) -> dict[str, Any]:
    """The JSON object of an event with this subject."""
    extra = {"paymentId": "p1"} if subject is Subject.ORDER_REFUND_DUE else {}
    return {**_BY_OWNER[subject.partition(".")[0]], **extra}
