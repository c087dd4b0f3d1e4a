"""The update by which many orders expire at once: what `domain.expire` and its event are, for MongoDB to evaluate."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ticketing_common.events import CancelReason, OrderCancelled, OrderStatus
from ticketing_orders.domain import OrderStep

_VERSION = {"$add": ["$version", 1]}


def is_due(now: datetime) -> dict[str, Any]:
    """The query for orders that `domain.expire` would expire."""
    open_statuses = [OrderStatus.CREATED.value, OrderStatus.AWAITING_PAYMENT.value]
    return {"status": {"$in": open_statuses}, "expires_at": {"$lte": now}}


def expire(traces: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """What expiring sets, as aggregation expressions. `traces` has the `traceparent` of each order's event."""
    return {
        "version": _VERSION,
        "status": OrderStatus.CANCELLED.value,
        "live": False,
        "reason": CancelReason.EXPIRED.value,
        "history": _with("$history", {"step": OrderStep.EXPIRED.value, "at": now, "reason": None}),
        "outbox": _with("$outbox", _outbox_entry(traces, now)),
    }


def _outbox_entry(traces: Mapping[str, str], now: datetime) -> dict[str, Any]:
    subject = OrderCancelled.subject.value
    which = {"$indexOfArray": [{"$literal": list(traces)}, "$_id"]}
    return {
        "id": {"$concat": [f"{subject}:", "$_id", ":", {"$toString": _VERSION}]},
        "subject": subject,
        "type": OrderCancelled.__name__,
        "data": {
            "id": "$_id",
            "version": _VERSION,
            "hold": "$hold",
            "status": OrderStatus.CANCELLED.value,
            "userId": "$user_id",
            "expiresAt": {"$dateToString": {"date": "$expires_at"}},
            "ticket": {"id": "$ticket.id", "title": "$ticket.title", "price": "$ticket.price"},
            "reason": CancelReason.EXPIRED.value,
        },
        "at": now,
        "trace": {"$arrayElemAt": [{"$literal": list(traces.values())}, which]},
    }


def _with(array: str, item: dict[str, Any]) -> dict[str, Any]:
    return {"$concatArrays": [array, [item]]}
