"""The store of tickets."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pymongo import ASCENDING

from ticketing_common.events import TicketState
from ticketing_common.idempotency import StoredRequest
from ticketing_common.mongo import Database, Documents
from ticketing_tickets.domain import Availability, Ticket, Total
from ticketing_tickets.ports import TicketChange
from ticketing_tickets.store.documents import changeable, to_document, to_ticket, unchanged, write
from ticketing_tickets.store.indexes import BUYABLE, BY_SELLER, IS_BUYABLE, IS_RELISTED, NEWEST_FIRST, RELISTED
from ticketing_tickets.store.search import MongoTicketIndex

# `Ticket.availability`, as queries and as an aggregation expression.
_IN_STATE: dict[Availability | None, dict[str, Any]] = {
    None: {},
    Availability.ON_SALE: {"order_id": None, "withdrawn": {"$ne": True}},
    Availability.WITHDRAWN: {"order_id": None, "withdrawn": True},
    Availability.RESERVED: {"order_id": {"$gt": ""}, "order_version": {"$lte": 0}},
    Availability.SOLD: {"order_id": {"$gt": ""}, "order_version": {"$gt": 0}},
}
_STATE = {
    "$cond": [
        {"$gt": ["$order_id", ""]},
        {"$cond": [{"$gt": ["$order_version", 0]}, Availability.SOLD.value, Availability.RESERVED.value]},
        {"$cond": [{"$eq": ["$withdrawn", True]}, Availability.WITHDRAWN.value, Availability.ON_SALE.value]},
    ]
}


class MongoTicketStore(MongoTicketIndex):
    """ports.TicketStore in the collection `tickets`."""

    def __init__(self, database: Database) -> None:
        super().__init__(Documents(database.collection("tickets")))
        self.requests = self.documents.requests

    async def add(self, ticket: Ticket, event: TicketState, *, request: StoredRequest | None = None) -> None:
        await self.documents.insert(to_document(ticket), [event], request=request)

    async def find(self, ticket_id: str) -> Ticket | None:
        document = await self.documents.find(ticket_id)
        return to_ticket(document) if document else None

    async def find_all(self, ticket_ids: Iterable[str]) -> list[Ticket]:
        return [to_ticket(document) for document in await self.documents.find_all(ticket_ids)]

    async def find_buyable(self, *, after: str | None, limit: int) -> list[Ticket]:
        return await self.lists.read((BUYABLE, after, limit), lambda: self._list(IS_BUYABLE, BUYABLE, after, limit))

    async def find_by_seller(
        self, seller_id: str, *, state: Availability | None = None, after: str | None, limit: int
    ) -> list[Ticket]:
        query = {"user_id": seller_id, **_IN_STATE[state]}
        return await self.lists.read(
            (seller_id, state, after, limit), lambda: self._list(query, BY_SELLER, after, limit)
        )

    async def find_relisted(self, *, limit: int) -> list[Ticket]:
        """Tickets on sale although they are withdrawn."""
        found = await self.documents.find_many(
            IS_RELISTED, sort=[("withdrawn", ASCENDING)], limit=limit, index=RELISTED
        )
        return [to_ticket(document) for document in found]

    async def totals_of(self, seller_id: str) -> Mapping[Availability, Total]:
        return await self.lists.read((seller_id,), lambda: self._totals(seller_id))

    async def save(self, ticket: Ticket, *, expected: Ticket, event: TicketState | None = None) -> bool:
        return await self.documents.compare_and_set(unchanged(expected), changeable(ticket), [event] if event else [])

    async def save_all(self, changes: Sequence[TicketChange]) -> bool:
        return await self.documents.write_all([write(change) for change in changes])

    async def _list(self, query: dict[str, Any], index: str, after: str | None, limit: int) -> list[Ticket]:
        following = {"_id": {"$lt": after}} if after else {}
        found = await self.documents.find_many({**query, **following}, sort=NEWEST_FIRST, limit=limit, index=index)
        return [to_ticket(document) for document in found]

    async def _totals(self, seller_id: str) -> Mapping[Availability, Total]:
        pipeline: list[dict[str, Any]] = [
            {"$match": {"user_id": seller_id}},
            {"$group": {"_id": _STATE, "count": {"$sum": 1}, "amount": {"$sum": "$price"}}},
        ]
        groups = await self.documents.aggregate(pipeline, index=BY_SELLER)
        return {Availability(group["_id"]): Total(group["count"], group["amount"]) for group in groups}
