"""Payments in MongoDB, one document per order. Field names are older than some names in the domain and stay."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from ticketing_common.events import CancelReason, Event, OrderStatus, PaymentHistoryEntry, RefundReason
from ticketing_common.mongo import OUTBOX_INDEX, Database, Documents, DuplicateKey
from ticketing_payments.domain.intent import Decline, Money
from ticketing_payments.domain.payment import Order, Payment, PaymentStatus, Refund

_UNRECONCILED = {"unexplained": {"$type": "number"}}

INDEXES = {
    "payments": [
        OUTBOX_INDEX,
        IndexModel([("check_at", ASCENDING)], name="to_check", partialFilterExpression={"check_at": {"$type": "date"}}),
        IndexModel([("unexplained", ASCENDING)], name="unexplained", partialFilterExpression=_UNRECONCILED),
    ]
}


class MongoPaymentStore:
    """The collection `payments`, by order id."""

    def __init__(self, database: Database) -> None:
        self.documents = Documents(database.collection("payments"))

    async def find(self, order_id: str) -> Payment | None:
        """The payment of this order."""
        document = await self.documents.find(order_id)
        return _to_payment(document) if document else None

    async def add(self, payment: Payment) -> bool:
        """Store a new payment; False when the order has one."""
        try:
            await self.documents.insert({"_id": payment.order_id, **_fields(payment)})
        except DuplicateKey:
            return False
        return True

    async def save(self, payment: Payment, *, expected_version: int, event: Event | None = None) -> bool:
        """Store the next state and its event if the stored version is still the expected one, else return False."""
        query = {"_id": payment.order_id, "version": expected_version}
        return await self.documents.compare_and_set(query, _fields(payment), [event] if event else [])

    async def find_due(self, *, now: datetime, limit: int) -> list[Payment]:
        """Payments whose `check_at` has passed, oldest first."""
        query = {"check_at": {"$type": "date", "$lte": now}}
        found = await self.documents.find_many(query, sort=[("check_at", ASCENDING)], limit=limit)
        return [_to_payment(document) for document in found]

    async def find_unreconciled(self, *, limit: int) -> list[Payment]:
        """Payments whose `unreconciled` amount is not 0."""
        found = await self.documents.find_many(_UNRECONCILED, sort=[("unexplained", ASCENDING)], limit=limit)
        return [_to_payment(document) for document in found]


def _fields(payment: Payment) -> dict[str, Any]:
    fields = asdict(payment)
    del fields["order_id"]
    fields["status"] = payment.status.value
    fields["money"] = _money_fields(payment.money)
    fields["unexplained"] = payment.unreconciled or None  # null keeps it out of the index
    fields["order"]["status"] = payment.order.status.value
    fields["order"]["reason"] = payment.order.reason.value if payment.order.reason else None
    fields["history"] = [{**entry.model_dump(), "step": entry.step.value} for entry in payment.history]
    if payment.refund is not None:
        fields["refund"]["reason"] = payment.refund.reason.value
    return fields


def _money_fields(money: Money) -> dict[str, int]:
    return {
        "captured": money.captured,
        "given_back": money.refund_requested,
        "bounced": money.refund_failed,
        "disputed": money.dispute_opened,
        "won": money.dispute_won,
        "lost": money.dispute_lost,
    }


def _to_payment(document: dict[str, Any]) -> Payment:
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
        money=_to_money(document["money"]),
        declines=tuple(Decline(**decline) for decline in document["declines"]),
        history=tuple(PaymentHistoryEntry.model_validate(entry) for entry in document["history"]),
        refund=Refund(**{**refund, "reason": RefundReason(refund["reason"])}) if refund else None,
        check_at=document["check_at"],
        checks=document["checks"],
    )


def _to_money(fields: dict[str, int]) -> Money:
    return Money(
        captured=fields["captured"],
        refund_requested=fields["given_back"],
        refund_failed=fields["bounced"],
        dispute_opened=fields["disputed"],
        dispute_won=fields["won"],
        dispute_lost=fields["lost"],
    )
