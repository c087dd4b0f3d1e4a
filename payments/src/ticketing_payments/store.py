"""Payments in MongoDB: one document an order."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from ticketing_common.events import CancelReason, Event, OrderStatus, PaymentHistoryEntry, RefundReason
from ticketing_common.mongo import OUTBOX_INDEX, Database, Documents, DuplicateKey
from ticketing_payments.intent import Decline, Money
from ticketing_payments.payment import Order, Payment, PaymentStatus, Refund

_UNEXPLAINED = {"unexplained": {"$type": "number"}}

INDEXES = {
    "payments": [
        OUTBOX_INDEX,
        IndexModel([("check_at", ASCENDING)], name="to_check", partialFilterExpression={"check_at": {"$type": "date"}}),
        IndexModel([("unexplained", ASCENDING)], name="unexplained", partialFilterExpression=_UNEXPLAINED),
    ]
}


class PaymentStore:
    """The collection `payments`, by order id."""

    def __init__(self, database: Database) -> None:
        self.payments = Documents(database.collection("payments"))

    async def find(self, order_id: str) -> Payment | None:
        """The payment of this order."""
        document = await self.payments.find(order_id)
        return _from_document(document) if document else None

    async def add(self, payment: Payment) -> bool:
        """Store a new one; False when the order has one already."""
        try:
            await self.payments.insert({"_id": payment.order_id, **_fields(payment)})
        except DuplicateKey:
            return False
        return True

    async def save(self, payment: Payment, *, over: int, event: Event | None = None) -> bool:
        """Store the next state and its event if the stored version is still `over`, else False."""
        query = {"_id": payment.order_id, "version": over}
        return await self.payments.compare_and_set(query, _fields(payment), [event] if event else [])

    async def due(self, *, now: datetime, limit: int) -> list[Payment]:
        """Payments whose `check_at` has come, oldest first."""
        query = {"check_at": {"$type": "date", "$lte": now}}
        found = await self.payments.find_many(query, sort=[("check_at", ASCENDING)], limit=limit)
        return [_from_document(document) for document in found]

    async def unexplained(self, *, limit: int) -> list[Payment]:
        """Payments whose money is not explained."""
        found = await self.payments.find_many(_UNEXPLAINED, sort=[("unexplained", ASCENDING)], limit=limit)
        return [_from_document(document) for document in found]


def _fields(payment: Payment) -> dict[str, Any]:
    fields = asdict(payment)
    del fields["order_id"]
    fields["status"] = payment.status.value
    fields["unexplained"] = payment.unexplained or None  # null for none: it is then not in the index
    fields["order"]["status"] = payment.order.status.value
    fields["order"]["reason"] = payment.order.reason.value if payment.order.reason else None
    fields["history"] = [{**line.model_dump(), "step": line.step.value} for line in payment.history]
    if payment.refund is not None:
        fields["refund"]["reason"] = payment.refund.reason.value
    return fields


def _from_document(document: dict[str, Any]) -> Payment:
    order, refund = document["order"], document["refund"]
    return Payment(
        order_id=document["_id"],
        id=document["id"],
        version=document["version"],
        order=Order(
            version=order["version"],
            status=OrderStatus(order["status"]),
            user_id=order["user_id"],
            expires_at=order["expires_at"],
            price=order["price"],
            reason=CancelReason(order["reason"]) if order["reason"] else None,
        ),
        status=PaymentStatus(document["status"]),
        intent_id=document["intent_id"],
        attempt=document["attempt"],
        money=Money(**document["money"]),
        declines=tuple(Decline(**decline) for decline in document["declines"]),
        history=tuple(PaymentHistoryEntry.model_validate(line) for line in document["history"]),
        refund=Refund(**{**refund, "reason": RefundReason(refund["reason"])}) if refund else None,
        check_at=document["check_at"],
        checks=document["checks"],
    )
