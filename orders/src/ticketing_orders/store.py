"""Orders, and replicas of tickets, in MongoDB."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from ticketing_common.events import CancelReason, Event, OrderStatus, PaymentHistoryEntry, RefundReason
from ticketing_common.mongo import OUTBOX_INDEX, Database, Documents, DuplicateKey
from ticketing_orders.domain import (
    HoldTaken,
    Order,
    OrderedTicket,
    OrderHistoryEntry,
    OrderStep,
    Payment,
    Ticket,
    TicketReserved,
)

ONE_LIVE_ORDER = "one_live_order_per_ticket"
ONE_ORDER_PER_HOLD = "one_order_a_hold"
OPEN_BY_TIME = "open_by_time"
_MAX_COUNT = 10_000

INDEXES = {
    "orders": [
        # What forbids double booking: a second live order for a ticket cannot be stored, whoever tries.
        IndexModel("ticket.id", name=ONE_LIVE_ORDER, unique=True, partialFilterExpression={"live": True}),
        IndexModel([("ticket.id", ASCENDING), ("hold", DESCENDING)], name=ONE_ORDER_PER_HOLD, unique=True),
        IndexModel([("user_id", ASCENDING), ("_id", DESCENDING)], name="by_buyer"),
        IndexModel("expires_at", name=OPEN_BY_TIME, partialFilterExpression={"status": OrderStatus.CREATED.value}),
        OUTBOX_INDEX,
    ]
}


class MongoOrderStore:
    """ports.OrderStore in the collections `orders` (with an outbox) and `tickets` (the replicas)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.documents = Documents(database.collection("orders"))
        self._tickets = Documents(database.collection("tickets"))

    async def find(self, order_id: str) -> Order | None:
        """The order with this id."""
        document = await self.documents.find(order_id)
        return _to_order(document) if document else None

    async def find_by_buyer(self, user_id: str, *, after: str | None, limit: int) -> list[Order]:
        """The buyer's orders, newest first, from the one that follows `after`."""
        query: dict[str, Any] = {"user_id": user_id}
        if after is not None:
            query["_id"] = {"$lt": after}
        found = await self.documents.find_many(query, sort=[("_id", DESCENDING)], limit=limit)
        return [_to_order(document) for document in found]

    async def latest_of_ticket(self, ticket_id: str) -> Order | None:
        """The order of this ticket with the highest hold."""
        document = await self.documents.find_one({"ticket.id": ticket_id}, sort=[("hold", DESCENDING)])
        return _to_order(document) if document else None

    async def count_open(self, *, due_before: datetime) -> int:
        """How many unpaid orders hold a ticket although they expired before that moment (capped)."""
        query = {"status": OrderStatus.CREATED.value, "expires_at": {"$lt": due_before}}
        return await self.documents.count(query, index=OPEN_BY_TIME, limit=_MAX_COUNT)

    async def add(self, order: Order, event: Event) -> None:
        """Store a new order; TicketReserved or HoldTaken when an index forbids it, Unavailable until they exist."""
        self._database.require_ready()
        try:
            await self.documents.insert({"_id": order.id, **_fields(order)}, [event])
        except DuplicateKey as duplicate:
            raise _error_for(duplicate) from None

    async def save(self, order: Order, *, expected_version: int, event: Event | None = None) -> bool:
        """Store the next state if the stored version is still the expected one, else return False.

        TicketReserved or HoldTaken when an index forbids it (an expired order may not always be reinstated).
        Unavailable until the indexes exist: without them a listener could reinstate an order beside a live one.
        """
        self._database.require_ready()
        query = {"_id": order.id, "version": expected_version}
        try:
            return await self.documents.compare_and_set(query, _fields(order), [event] if event else [])
        except DuplicateKey as duplicate:
            raise _error_for(duplicate) from None

    async def find_ticket(self, ticket_id: str) -> Ticket | None:
        """The replica of the ticket."""
        found = await self._tickets.find(ticket_id)
        if found is None:
            return None
        return Ticket(id=found["_id"], version=found["version"], title=found["title"], price=found["price"])

    async def save_ticket(self, ticket: Ticket) -> None:
        """Store the ticket unless the replica is as new."""
        fields = {"version": ticket.version, "title": ticket.title, "price": ticket.price}
        newer = {"_id": ticket.id, "version": {"$lt": ticket.version}}
        if await self._tickets.compare_and_set(newer, fields):
            return
        try:
            await self._tickets.insert({"_id": ticket.id, **fields})
        except DuplicateKey:
            # The replica is as new, or another process has just created it, perhaps from an older event.
            await self._tickets.compare_and_set(newer, fields)


def _error_for(duplicate: DuplicateKey) -> Exception:
    """The domain's error for the index that refused the write; any other index is a fault of ours."""
    error = {ONE_LIVE_ORDER: TicketReserved, ONE_ORDER_PER_HOLD: HoldTaken}.get(duplicate.index)
    return error() if error else duplicate


def _fields(order: Order) -> dict[str, Any]:
    return {
        "version": order.version,
        "hold": order.hold,
        "status": order.status.value,
        "live": order.status.holds_ticket,
        "user_id": order.user_id,
        "created_at": order.created_at,
        "expires_at": order.expires_at,
        "ticket": asdict(order.ticket),
        "reason": order.reason.value if order.reason else None,
        "payments": {payment.id: _payment_fields(payment) for payment in order.payments.values()},
        "judged": {payment_id: reason.value if reason else None for payment_id, reason in order.settled.items()},
        "history": [
            {"step": entry.step.value, "at": entry.at, "reason": entry.reason.value if entry.reason else None}
            for entry in order.history
        ],
    }


def _payment_fields(payment: Payment) -> dict[str, Any]:
    return {
        "id": payment.id,
        "version": payment.version,
        "status": payment.status,
        "amount": payment.amount,
        "captured": payment.captured,
        "refunded": payment.refunded,
        "disputed": payment.disputed,
        "history": [entry.model_dump() for entry in payment.history],
    }


def _to_order(document: dict[str, Any]) -> Order:
    return Order(
        id=document["_id"],
        version=document["version"],
        hold=document["hold"],
        status=OrderStatus(document["status"]),
        user_id=document["user_id"],
        created_at=document["created_at"],
        expires_at=document["expires_at"],
        ticket=OrderedTicket(**document["ticket"]),
        reason=CancelReason(document["reason"]) if document["reason"] else None,
        payments={key: _to_payment(fields) for key, fields in document["payments"].items()},
        settled={key: RefundReason(value) if value else None for key, value in document["judged"].items()},
        history=tuple(_to_entry(entry) for entry in document["history"]),
    )


def _to_payment(fields: dict[str, Any]) -> Payment:
    return Payment(**{**fields, "history": tuple(PaymentHistoryEntry(**entry) for entry in fields["history"])})


def _to_entry(entry: dict[str, Any]) -> OrderHistoryEntry:
    reason = RefundReason(entry["reason"]) if entry["reason"] else None
    return OrderHistoryEntry(OrderStep(entry["step"]), entry["at"], reason)
