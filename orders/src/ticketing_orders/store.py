"""Orders, and what orders knows of tickets, in MongoDB."""

from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from ticketing_common.events import CancelReason, Event, OrderStatus, PaymentHistoryEntry, RefundReason
from ticketing_common.mongo import OUTBOX_INDEX, Database, Documents, DuplicateKey
from ticketing_orders.domain import (
    HoldTaken,
    Order,
    OrderedTicket,
    OrderHappening,
    OrderStep,
    Payment,
    Ticket,
    TicketReserved,
)

ONE_LIVE_ORDER = "one_live_order_per_ticket"
ONE_ORDER_A_HOLD = "one_order_a_hold"
OPEN_BY_TIME = "open_by_time"
_MOST_COUNTED = 10_000

INDEXES = {
    "orders": [
        # What forbids double booking: a second live order for a ticket cannot be stored, whoever tries.
        IndexModel("ticket.id", name=ONE_LIVE_ORDER, unique=True, partialFilterExpression={"live": True}),
        IndexModel([("ticket.id", ASCENDING), ("hold", DESCENDING)], name=ONE_ORDER_A_HOLD, unique=True),
        IndexModel([("user_id", ASCENDING), ("_id", DESCENDING)], name="by_buyer"),
        IndexModel("expires_at", name=OPEN_BY_TIME, partialFilterExpression={"status": OrderStatus.CREATED.value}),
        OUTBOX_INDEX,
    ]
}


class OrderStore:
    """The collections `orders` (with an outbox) and `tickets` (what was heard of them)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.orders = Documents(database.collection("orders"))
        self._tickets = Documents(database.collection("tickets"))

    async def find(self, order_id: str) -> Order | None:
        """The order with this id."""
        document = await self.orders.find(order_id)
        return _to_order(document) if document else None

    async def find_by_buyer(self, user_id: str, *, after: str | None, limit: int) -> list[Order]:
        """The buyer's orders, newest first, from the one that follows `after`."""
        query: dict[str, Any] = {"user_id": user_id}
        if after is not None:
            query["_id"] = {"$lt": after}
        found = await self.orders.find_many(query, sort=[("_id", DESCENDING)], limit=limit)
        return [_to_order(document) for document in found]

    async def latest_of_ticket(self, ticket_id: str) -> Order | None:
        """The order of this ticket with the highest hold."""
        document = await self.orders.find_one({"ticket.id": ticket_id}, sort=[("hold", DESCENDING)])
        return _to_order(document) if document else None

    async def count_open(self, *, due_before: datetime) -> int:
        """How many unpaid orders hold a ticket whose time was over before that (capped)."""
        query = {"status": OrderStatus.CREATED.value, "expires_at": {"$lt": due_before}}
        return await self.orders.count(query, index=OPEN_BY_TIME, limit=_MOST_COUNTED)

    async def add(self, order: Order, event: Event) -> None:
        """Store a new order; TicketReserved or HoldTaken when an index forbids it, Unavailable until they exist."""
        self._database.require_ready()
        try:
            await self.orders.insert({"_id": order.id, **_fields(order)}, [event])
        except DuplicateKey as duplicate:
            raise _refusal(duplicate) from None

    async def save(self, order: Order, *, over: int, event: Event | None) -> bool:
        """Store the order's next state if the stored version is still `over`; else False: read and decide again.

        TicketReserved or HoldTaken when an index forbids it (an expired order may not come back). Unavailable until
        the indexes exist: listeners run by then, and one could reinstate an order beside a live one.
        """
        self._database.require_ready()
        query = {"_id": order.id, "version": over}
        try:
            return await self.orders.compare_and_set(query, _fields(order), [event] if event else [])
        except DuplicateKey as duplicate:
            raise _refusal(duplicate) from None

    async def find_ticket(self, ticket_id: str) -> Ticket | None:
        """What is known of the ticket."""
        found = await self._tickets.find(ticket_id)
        if found is None:
            return None
        return Ticket(id=found["_id"], version=found["version"], title=found["title"], price=found["price"])

    async def save_ticket(self, ticket: Ticket) -> None:
        """Remember the ticket, unless something as new is known already."""
        fields = {"version": ticket.version, "title": ticket.title, "price": ticket.price}
        newer = {"_id": ticket.id, "version": {"$lt": ticket.version}}
        if await self._tickets.compare_and_set(newer, fields):
            return
        try:
            await self._tickets.insert({"_id": ticket.id, **fields})
        except DuplicateKey:
            # Known already, or first heard of at this same moment: what we have counts only if it is newer.
            await self._tickets.compare_and_set(newer, fields)


def _refusal(duplicate: DuplicateKey) -> Exception:
    """What the index that said no means; another index than these two is a fault of ours, and shows as one."""
    meaning = {ONE_LIVE_ORDER: TicketReserved, ONE_ORDER_A_HOLD: HoldTaken}.get(duplicate.index)
    return meaning() if meaning else duplicate


def _fields(order: Order) -> dict[str, Any]:
    return {
        "version": order.version,
        "hold": order.hold,
        "status": order.status.value,
        "live": order.status.holds_ticket,
        "user_id": order.user_id,
        "created_at": order.created_at,
        "expires_at": order.expires_at,
        "ticket": {"id": order.ticket.id, "title": order.ticket.title, "price": order.ticket.price},
        "reason": order.reason.value if order.reason else None,
        "payments": {payment.id: _payment_fields(payment) for payment in order.payments.values()},
        "judged": {payment_id: reason.value if reason else None for payment_id, reason in order.judged.items()},
        "history": [
            {"step": line.step.value, "at": line.at, "reason": line.reason.value if line.reason else None}
            for line in order.history
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
        "history": [line.model_dump() for line in payment.history],
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
        judged={key: RefundReason(value) if value else None for key, value in document["judged"].items()},
        history=tuple(_to_happening(line) for line in document["history"]),
    )


def _to_payment(fields: dict[str, Any]) -> Payment:
    return Payment(**{**fields, "history": tuple(PaymentHistoryEntry(**line) for line in fields["history"])})


def _to_happening(line: dict[str, Any]) -> OrderHappening:
    reason = RefundReason(line["reason"]) if line["reason"] else None
    return OrderHappening(OrderStep(line["step"]), line["at"], reason)
