"""Payments in MongoDB, one document per order. Field names are older than some names in the domain and stay."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import structlog
from pymongo import ASCENDING, IndexModel

from ticketing_common.documents import known_fields, parse_enum
from ticketing_common.errors import Unavailable
from ticketing_common.events import (
    CancelReason,
    Event,
    OrderStatus,
    PaymentHistoryEntry,
    PaymentStatus,
    PaymentStep,
    RefundReason,
)
from ticketing_common.idempotency import RequestRepeated
from ticketing_common.mongo import OUTBOX_INDEX, Database, Documents, DuplicateKey, compare_and_set, insert, to_request
from ticketing_payments.domain.intent import Decline, Money
from ticketing_payments.domain.payment import Order, Payment, Refund

log = structlog.get_logger(__name__)

_MONEY_FIELDS = {
    "captured": "captured",
    "given_back": "refund_requested",
    "bounced": "refund_failed",
    "disputed": "dispute_opened",
    "won": "dispute_won",
    "lost": "dispute_lost",
}
# Stored as the release before them would have: it cannot read these. `money` tells them apart.
_STORED_STATUS = {
    PaymentStatus.REFUND_FAILED: PaymentStatus.SUCCEEDED,
    PaymentStatus.DISPUTE_LOST: PaymentStatus.DISPUTED,
}
_UNRECONCILED = {"unexplained": {"$type": "number"}}

INDEXES = {
    "payments": [
        OUTBOX_INDEX,
        # A payment may be tried several times, so its requests are an array: not `REQUEST_INDEX`.
        IndexModel(
            [("order.user_id", ASCENDING), ("requests.key", ASCENDING)],
            name="one_payment_per_request",
            unique=True,
            partialFilterExpression={"requests.key": {"$exists": True}},
        ),
        IndexModel([("check_at", ASCENDING)], name="to_check", partialFilterExpression={"check_at": {"$type": "date"}}),
        IndexModel([("unexplained", ASCENDING)], name="unexplained", partialFilterExpression=_UNRECONCILED),
    ]
}


class MongoPaymentStore:
    """ports.PaymentStore in the collection `payments`, by order id."""

    def __init__(self, database: Database) -> None:
        self.documents = Documents(database.collection("payments"))

    async def find(self, order_id: str) -> Payment | None:
        document = await self.documents.find(order_id)
        return _to_payment(document) if document else None

    async def find_all(self, order_ids: Iterable[str]) -> list[Payment]:
        return [_to_payment(document) for document in await self.documents.find_all(order_ids)]

    async def add(self, payment: Payment) -> bool:
        try:
            await self.documents.insert(_to_document(payment))
        except DuplicateKey:
            return False
        return True

    async def add_all(self, payments: Sequence[Payment]) -> bool:
        return await self.documents.write_all([insert(_to_document(payment)) for payment in payments])

    async def save(self, payment: Payment, *, expected_version: int, event: Event | None = None) -> bool:
        query = {"_id": payment.order_id, "version": expected_version}
        try:
            return await self.documents.compare_and_set(query, _changes(payment), [event] if event else [])
        except DuplicateKey:
            raise RequestRepeated from None

    async def find_by_request(self, user_id: str, key: str) -> Payment | None:
        document = await self.documents.find_one({"order.user_id": user_id, "requests.key": key})
        return _to_payment(document) if document else None

    async def save_orders(self, changed: Sequence[tuple[Payment, Payment]]) -> bool:
        return await self.documents.write_all(
            [
                compare_and_set({"_id": before.order_id, "version": before.version}, _order_changes(after))
                for before, after in changed
            ]
        )

    async def find_due(self, *, now: datetime, limit: int) -> list[Payment]:
        query = {"check_at": {"$type": "date", "$lte": now}}
        found = await self.documents.find_many(query, sort=[("check_at", ASCENDING)], limit=limit)
        return _readable(found)

    async def find_unreconciled(self, *, limit: int) -> list[Payment]:
        found = await self.documents.find_many(_UNRECONCILED, sort=[("unexplained", ASCENDING)], limit=limit)
        return _readable(found)


def _readable(documents: list[dict[str, Any]]) -> list[Payment]:
    """Without those that only a newer release can read: they must not keep the others waiting."""
    payments = []
    for document in documents:
        try:
            payments.append(_to_payment(document))
        except Unavailable as error:
            log.info("payment.skipped", order_id=document["_id"], reason=error.message)
    return payments


def _to_document(payment: Payment) -> dict[str, Any]:
    return {"_id": payment.order_id, **_fields(payment)}


def _changes(payment: Payment) -> dict[str, Any]:
    """What the next state sets: what a newer release added to the order and the money stays."""
    changes = _fields(payment)
    for name in ("order", "money"):
        changes |= {f"{name}.{field}": value for field, value in changes.pop(name).items()}
    return changes


def _order_changes(payment: Payment) -> dict[str, Any]:
    """Of `_changes`, what depends on the order."""
    order = {f"order.{name}": value for name, value in _order_fields(payment.order).items()}
    return {"version": payment.version, "unexplained": payment.unreconciled or None, **order}


def _order_fields(order: Order) -> dict[str, Any]:
    return asdict(order) | {"status": order.status.value, "reason": order.reason.value if order.reason else None}


def _fields(payment: Payment) -> dict[str, Any]:
    fields = asdict(payment)
    del fields["order_id"]
    fields["status"] = _STORED_STATUS.get(payment.status, payment.status).value
    fields["money"] = {name: getattr(payment.money, field) for name, field in _MONEY_FIELDS.items()}
    fields["unexplained"] = payment.unreconciled or None  # null keeps it out of the index
    fields["order"] = _order_fields(payment.order)
    fields["history"] = [{**entry.model_dump(), "step": entry.step.value} for entry in payment.history]
    fields["requests"] = list(fields["requests"])
    if payment.refund is not None:
        fields["refund"]["reason"] = payment.refund.reason.value
    return fields


def _to_payment(document: dict[str, Any]) -> Payment:
    """The payment; Unavailable when a newer release wrote a status, reason or step that this one does not know."""
    money, refund = _to_money(document.get("money", {})), document.get("refund")
    status = parse_enum(PaymentStatus, document["status"])
    fields = known_fields(Payment, document) | {
        "order_id": document["_id"],
        "order": _to_order(document["order"]),
        "status": money.status if money.captured else status,
        "money": money,
        "declines": tuple(Decline(**known_fields(Decline, decline)) for decline in document.get("declines", ())),
        "history": tuple(_to_history_entry(entry) for entry in document.get("history", ())),
        "refund": _to_refund(refund) if refund else None,
        "requests": tuple(to_request(request) for request in document.get("requests", ())),
    }
    return Payment(**fields)


def _to_order(document: dict[str, Any]) -> Order:
    reason = document.get("reason")
    fields = known_fields(Order, document) | {
        "status": parse_enum(OrderStatus, document["status"]),
        "reason": parse_enum(CancelReason, reason) if reason else None,
    }
    return Order(**fields)


def _to_money(document: dict[str, int]) -> Money:
    return Money(**{field: document.get(name, 0) for name, field in _MONEY_FIELDS.items()})


def _to_refund(document: dict[str, Any]) -> Refund:
    return Refund(**known_fields(Refund, document) | {"reason": parse_enum(RefundReason, document["reason"])})


def _to_history_entry(document: dict[str, Any]) -> PaymentHistoryEntry:
    return PaymentHistoryEntry.model_validate({**document, "step": parse_enum(PaymentStep, document["step"])})
