"""The store: its documents, indexes and queries."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from pymongo import ASCENDING, DESCENDING, IndexModel

from ticketing_common.documents import known_fields, parse_enum
from ticketing_common.events import CancelReason, Event, OrderStatus, PaymentHistoryEntry, PaymentStep, RefundReason
from ticketing_common.idempotency import StoredRequest
from ticketing_common.mongo import OUTBOX_INDEX, REQUEST_INDEX, Database, Documents, DuplicateKey, SharedReads
from ticketing_common.observability import tracing
from ticketing_orders.domain import (
    HoldTaken,
    Order,
    OrderedTicket,
    OrderHistoryEntry,
    OrderStep,
    Payment,
    Sales,
    SlotTaken,
    Ticket,
    TicketReserved,
)
from ticketing_orders.store import expiration, sales

EnumT = TypeVar("EnumT", bound=StrEnum)

ONE_LIVE_ORDER = "one_live_order_per_ticket"
ONE_ORDER_PER_HOLD = "one_order_a_hold"
ONE_OPEN_ORDER_PER_SLOT = "one_open_order_a_slot"
RELEASED_BY_BUYER = "released_by_buyer"
OPEN_BY_TIME = "open_by_time"
_MAX_COUNT = 10_000
_REFUSALS: dict[str, type[Exception]] = {
    ONE_LIVE_ORDER: TicketReserved,
    ONE_ORDER_PER_HOLD: HoldTaken,
    ONE_OPEN_ORDER_PER_SLOT: SlotTaken,
}
_CLOSED = (OrderStatus.CANCELLED, OrderStatus.COMPLETE)

INDEXES = {
    "orders": [
        # Prevents double booking: a second live order for a ticket cannot be stored.
        IndexModel("ticket.id", name=ONE_LIVE_ORDER, unique=True, partialFilterExpression={"live": True}),
        IndexModel([("ticket.id", ASCENDING), ("hold", DESCENDING)], name=ONE_ORDER_PER_HOLD, unique=True),
        # Limits a buyer's open orders to the number of slots. Those of a release without a limit have none.
        IndexModel(
            [("user_id", ASCENDING), ("slot", ASCENDING)],
            name=ONE_OPEN_ORDER_PER_SLOT,
            unique=True,
            partialFilterExpression={"status": OrderStatus.CREATED.value, "slot": {"$exists": True}},
        ),
        IndexModel([("user_id", ASCENDING), ("_id", DESCENDING)], name="by_buyer"),
        IndexModel(
            [("ticket.id", ASCENDING), ("user_id", ASCENDING), ("hold", DESCENDING)],
            name=RELEASED_BY_BUYER,
            partialFilterExpression={"status": OrderStatus.CANCELLED.value},
        ),
        sales.INDEX,
        IndexModel("expires_at", name=OPEN_BY_TIME, partialFilterExpression={"status": OrderStatus.CREATED.value}),
        OUTBOX_INDEX,
        REQUEST_INDEX,
    ]
}


class MongoOrderStore:
    """ports.OrderStore in the collections `orders` (with an outbox) and `tickets` (the replicas).

    Writes are Unavailable until the indexes exist: without them a ticket could be sold twice.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.documents = Documents(database.collection("orders"))
        self.requests = self.documents.requests
        self._tickets = Documents(database.collection("tickets"))
        self._lists = SharedReads(lambda: self.documents.calls.start("find"))

    async def find(self, order_id: str) -> Order | None:
        document = await self.documents.find(order_id)
        return _to_order(document) if document else None

    async def find_all(self, order_ids: Iterable[str]) -> list[Order]:
        return [_to_order(document) for document in await self.documents.find_all(order_ids)]

    async def find_by_buyer(self, user_id: str, *, after: str | None, limit: int) -> list[Order]:
        return await self._lists.read((user_id, after, limit), lambda: self._list(user_id, after, limit))

    async def _list(self, user_id: str, after: str | None, limit: int) -> list[Order]:
        query: dict[str, Any] = {"user_id": user_id}
        if after is not None:
            query["_id"] = {"$lt": after}
        found = await self.documents.find_many(query, sort=[("_id", DESCENDING)], limit=limit)
        return [_to_order(document) for document in found]

    async def sales_of(self, seller_id: str) -> Sales:
        return await self._lists.read((sales.BY_SELLER, seller_id), lambda: self._sales(seller_id))

    async def _sales(self, seller_id: str) -> Sales:
        return sales.of(await self.documents.aggregate(sales.pipeline(seller_id), index=sales.BY_SELLER))

    async def latest_of_ticket(self, ticket_id: str) -> Order | None:
        document = await self.documents.find_one({"ticket.id": ticket_id}, sort=[("hold", DESCENDING)])
        return _to_order(document) if document else None

    async def latest_released(self, ticket_id: str, user_id: str) -> Order | None:
        query = {"ticket.id": ticket_id, "user_id": user_id, "status": OrderStatus.CANCELLED.value}
        found = await self.documents.find_many(query, sort=[("hold", DESCENDING)], limit=1, index=RELEASED_BY_BUYER)
        return _to_order(found[0]) if found else None

    async def used_slots(self, user_id: str) -> set[int]:
        query = {"user_id": user_id, "status": OrderStatus.CREATED.value, "slot": {"$exists": True}}
        return set(await self.documents.values("slot", query, index=ONE_OPEN_ORDER_PER_SLOT))

    async def count_open(self, *, due_before: datetime) -> int:
        query = {"status": OrderStatus.CREATED.value, "expires_at": {"$lt": due_before}}
        return await self.documents.count(query, index=OPEN_BY_TIME, limit=_MAX_COUNT)

    async def add(self, order: Order, event: Event, *, request: StoredRequest | None = None) -> None:
        self._database.require_ready()
        try:
            await self.documents.insert(_to_document(order) | {"trace": tracing.current()}, [event], request=request)
        except DuplicateKey as duplicate:
            raise _error_for(duplicate) from None

    async def save(self, order: Order, *, expected_version: int, event: Event | None = None) -> bool:
        self._database.require_ready()
        query = {"_id": order.id, "version": expected_version}
        try:
            return await self.documents.compare_and_set(query, _changes(order), [event] if event else [])
        except DuplicateKey as duplicate:
            raise _error_for(duplicate) from None

    async def expire(self, traces: Mapping[str, str], *, now: datetime) -> set[str]:
        self._database.require_ready()
        changes = expiration.expire(traces, now)
        statuses = await self.documents.update_many(traces, expiration.is_due(now), changes, read="status")
        return {order_id for order_id, status in statuses.items() if status in _CLOSED}

    async def find_ticket(self, ticket_id: str) -> Ticket | None:
        found = await self._tickets.find(ticket_id)
        return Ticket(**known_fields(Ticket, found) | {"id": found["_id"]}) if found else None

    async def save_tickets(self, tickets: Iterable[Ticket]) -> None:
        await self._tickets.replace_older(
            {"_id": ticket.id, **{name: value for name, value in asdict(ticket).items() if name != "id"}}
            for ticket in tickets
        )


def _error_for(duplicate: DuplicateKey) -> Exception:
    """The domain's error for the index that refused the write; a violation of any other index is a bug."""
    error = _REFUSALS.get(duplicate.index)
    return error() if error else duplicate


def _to_document(order: Order) -> dict[str, Any]:
    return {
        "_id": order.id,
        "user_id": order.user_id,
        "slot": order.slot,
        "created_at": order.created_at,
        "expires_at": order.expires_at,
        "ticket": {"id": order.ticket.id, "title": order.ticket.title, "price": order.ticket.price},
        # Not in `ticket`: the release before this one cannot read a nested field that it does not know.
        "ticket_version": order.ticket.version,
        "seller_id": order.seller_id,
        "payments": {},
        "judged": {},
        "history": [_entry_fields(entry) for entry in order.history],
        **_state(order),
    }


def _changes(order: Order) -> dict[str, Any]:
    """What the next state sets, field by field: fields that a newer release added to nested documents stay."""
    changes = _state(order) | _nested("judged", {key: _value(reason) for key, reason in order.settled.items()})
    if order.seller_id is not None:
        changes["seller_id"] = order.seller_id
    for payment in order.payments.values():
        changes |= _nested(f"payments.{payment.id}", _payment_fields(payment))
    for index, entry in enumerate(order.history):
        changes |= _nested(f"history.{index}", _entry_fields(entry))
    return changes


def _state(order: Order) -> dict[str, Any]:
    return {
        "version": order.version,
        "hold": order.hold,
        "status": order.status.value,
        "live": order.status.holds_ticket,
        "reason": _value(order.reason),
    }


def _payment_fields(payment: Payment) -> dict[str, Any]:
    return asdict(payment) | {"history": [entry.model_dump(mode="python") for entry in payment.history]}


def _entry_fields(entry: OrderHistoryEntry) -> dict[str, Any]:
    return {"step": entry.step.value, "at": entry.at, "reason": _value(entry.reason)}


def _nested(path: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{path}.{name}": value for name, value in fields.items()}


def _value(member: StrEnum | None) -> str | None:
    return member.value if member is not None else None


def _to_order(document: dict[str, Any]) -> Order:
    """The order; Unavailable when a newer release wrote a status, reason or step that this one does not know."""
    ticket = known_fields(OrderedTicket, document["ticket"]) | {"version": document.get("ticket_version", 0)}
    fields = known_fields(Order, document) | {
        "id": document["_id"],
        "status": parse_enum(OrderStatus, document["status"]),
        "ticket": OrderedTicket(**ticket),
        "reason": _parse(CancelReason, document.get("reason")),
        "payments": {key: _to_payment(payment) for key, payment in document.get("payments", {}).items()},
        "settled": {key: _parse(RefundReason, reason) for key, reason in document.get("judged", {}).items()},
        "history": tuple(_to_entry(entry) for entry in document["history"]),
    }
    return Order(**fields)


def _to_payment(document: dict[str, Any]) -> Payment:
    history = tuple(_to_payment_entry(entry) for entry in document.get("history", ()))
    return Payment(**known_fields(Payment, document) | {"history": history})


def _to_payment_entry(document: dict[str, Any]) -> PaymentHistoryEntry:
    return PaymentHistoryEntry.model_validate({**document, "step": parse_enum(PaymentStep, document["step"])})


def _to_entry(document: dict[str, Any]) -> OrderHistoryEntry:
    reason = _parse(RefundReason, document.get("reason"))
    return OrderHistoryEntry(parse_enum(OrderStep, document["step"]), document["at"], reason)


def _parse(enum: type[EnumT], value: str | None) -> EnumT | None:
    return parse_enum(enum, value) if value is not None else None
