"""Tickets in MongoDB."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from ticketing_common.documents import known_fields
from ticketing_common.events import TicketState
from ticketing_common.idempotency import StoredRequest
from ticketing_common.mongo import OUTBOX_INDEX, REQUEST_INDEX, Database, Documents, SharedReads, Write, compare_and_set
from ticketing_tickets.domain import Availability, Fence, Ticket, Total
from ticketing_tickets.find_tickets import Part
from ticketing_tickets.ports import TicketChange
from ticketing_tickets.search import FIRST_ID, LAST_ID, Key, KeyRange
from ticketing_tickets.terms import title_terms

BUYABLE = "buyable"
BY_SELLER = "by_seller_with_state"
BY_TERM = "by_term"
BY_TERM_AND_PRICE = "by_term_and_price"
TERM_INDEXES = (BY_TERM, BY_TERM_AND_PRICE)
RELISTED = "relisted"
TERMS = "search.terms"
_BUYABLE = {"buyable": True}
# No ticket, but for what a release without withdrawals writes.
_RELISTED = {**_BUYABLE, "withdrawn": True}
_OUTDATED = {"$expr": {"$ne": ["$title", "$search.title"]}}
_UPGRADED_AT_ONCE = 2_000
# Ids grow with time, so a list reads as many index keys as it has tickets.
NEWEST_FIRST = [("_id", DESCENDING)]
INDEXES = {
    "tickets": [
        # On a flag: for `order_id: null` MongoDB scans several ranges and merges them.
        IndexModel([("buyable", ASCENDING), *NEWEST_FIRST], name=BUYABLE, partialFilterExpression=_BUYABLE),
        # With what tells the state and the sums: of a seller's documents only those that are shown are read.
        IndexModel(
            [
                ("user_id", ASCENDING),
                *NEWEST_FIRST,
                *((field, ASCENDING) for field in ("order_id", "order_version", "withdrawn", "price")),
            ],
            name=BY_SELLER,
        ),
        *(
            IndexModel([(field, ASCENDING) for field in (TERMS, *fields)], name=name, partialFilterExpression=_BUYABLE)
            for name, fields in ((BY_TERM, ["_id"]), (BY_TERM_AND_PRICE, ["price", "_id"]))
        ),
        IndexModel([("withdrawn", ASCENDING)], name=RELISTED, partialFilterExpression=_RELISTED),
        OUTBOX_INDEX,
        REQUEST_INDEX,
    ]
}
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


class MongoTicketStore:
    """ports.TicketStore in the collection `tickets`."""

    def __init__(self, database: Database) -> None:
        self.documents = Documents(database.collection("tickets"))
        self.requests = self.documents.requests
        self._lists = SharedReads(lambda: self.documents.calls.start("find"))

    async def add(self, ticket: Ticket, event: TicketState, *, request: StoredRequest | None = None) -> None:
        await self.documents.insert(_to_document(ticket), [event], request=request)

    async def find(self, ticket_id: str) -> Ticket | None:
        document = await self.documents.find(ticket_id)
        return _to_ticket(document) if document else None

    async def find_all(self, ticket_ids: Iterable[str]) -> list[Ticket]:
        return [_to_ticket(document) for document in await self.documents.find_all(ticket_ids)]

    async def find_buyable(self, *, after: str | None, limit: int) -> list[Ticket]:
        return await self._lists.read((BUYABLE, after, limit), lambda: self._list(_BUYABLE, BUYABLE, after, limit))

    async def find_by_seller(
        self, seller_id: str, *, state: Availability | None = None, after: str | None, limit: int
    ) -> list[Ticket]:
        query = {"user_id": seller_id, **_IN_STATE[state]}
        return await self._lists.read(
            (seller_id, state, after, limit), lambda: self._list(query, BY_SELLER, after, limit)
        )

    async def find_relisted(self, *, limit: int) -> list[Ticket]:
        """Tickets on sale although they are withdrawn."""
        found = await self.documents.find_many(_RELISTED, sort=[("withdrawn", ASCENDING)], limit=limit, index=RELISTED)
        return [_to_ticket(document) for document in found]

    async def totals_of(self, seller_id: str) -> Mapping[Availability, Total]:
        return await self._lists.read((seller_id,), lambda: self._totals(seller_id))

    async def save(self, ticket: Ticket, *, expected: Ticket, event: TicketState | None = None) -> bool:
        return await self.documents.compare_and_set(_unchanged(expected), _changeable(ticket), [event] if event else [])

    async def save_all(self, changes: Sequence[TicketChange]) -> bool:
        return await self.documents.write_all([_write(change) for change in changes])

    async def key_at(self, keys: KeyRange, place: int, *, ascending: bool) -> Key | None:
        fields = _fields(by_price=keys.by_price)
        sort = _sort(fields, ascending=ascending)
        found = await self._between(keys, {}, sort=sort, skip=place - 1, limit=1, fields=fields)
        return (found[0].get("price", 0), found[0]["_id"]) if found else None

    async def find_matches(self, part: Part, limit: int) -> list[Ticket]:
        return await self._lists.read((part, limit), lambda: self._matches(part, limit))

    async def upgrade_terms(self, before: str | None) -> tuple[str | None, int]:
        """Give terms to tickets on sale whose titles were written without them, among the next older than `before`.

        The id of the last one that was looked at, None at the end, and how many were upgraded.
        """
        start, last = _buyable(before or LAST_ID), _buyable(FIRST_ID)
        options: dict[str, Any] = {"index": BUYABLE, "sort": NEWEST_FIRST, "fields": ["title"]}
        following = await self.documents.find_between(start, last, **options, skip=_UPGRADED_AT_ONCE, limit=1)
        end = following[0]["_id"] if following else None
        until = _buyable(end) if end else last
        found = await self.documents.find_between(start, until, _OUTDATED, **options, limit=_UPGRADED_AT_ONCE)
        writes = [compare_and_set(document, {"search": _search_fields(document["title"])}) for document in found]
        await self.documents.write_all(writes)
        return end, len(found)

    async def _list(self, query: dict[str, Any], index: str, after: str | None, limit: int) -> list[Ticket]:
        following = {"_id": {"$lt": after}} if after else {}
        found = await self.documents.find_many({**query, **following}, sort=NEWEST_FIRST, limit=limit, index=index)
        return [_to_ticket(document) for document in found]

    async def _totals(self, seller_id: str) -> Mapping[Availability, Total]:
        pipeline: list[dict[str, Any]] = [
            {"$match": {"user_id": seller_id}},
            {"$group": {"_id": _STATE, "count": {"$sum": 1}, "amount": {"$sum": "$price"}}},
        ]
        groups = await self.documents.aggregate(pipeline, index=BY_SELLER)
        return {Availability(group["_id"]): Total(group["count"], group["amount"]) for group in groups}

    async def _matches(self, part: Part, limit: int) -> list[Ticket]:
        sort = _sort(_fields(by_price=part.search.by_price), ascending=part.search.ascending)
        found = await self._between(part.keys, _conditions(part), sort=sort, limit=limit)
        return [_to_ticket(document) for document in found]

    async def _between(self, keys: KeyRange, query: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
        if keys.is_empty:
            return []
        index = BY_TERM_AND_PRICE if keys.by_price else BY_TERM
        return await self.documents.find_between(
            _bound(keys, keys.low), _bound(keys, keys.high), query, index=index, **options
        )


def _buyable(ticket_id: str) -> dict[str, Any]:
    """The ticket's key in the index of all that can be bought."""
    return {"buyable": True, "_id": ticket_id}


def _fields(*, by_price: bool) -> list[str]:
    """Of a search's `Key`."""
    return ["price", "_id"] if by_price else ["_id"]


def _sort(fields: Sequence[str], *, ascending: bool) -> list[tuple[str, int]]:
    return [(field, ASCENDING if ascending else DESCENDING) for field in fields]


def _bound(keys: KeyRange, key: Key) -> dict[str, Any]:
    price = {"price": key[0]} if keys.by_price else {}
    return {TERMS: keys.term, **price, "_id": key[1]}


def _conditions(part: Part) -> dict[str, Any]:
    """What the range of keys does not say yet."""
    search, keys = part.search, part.keys
    others = [term for term in search.terms if term != keys.term]
    conditions: dict[str, Any] = {TERMS: {"$all": others}} if others else {}
    if keys.by_price and not search.by_price and part.after:
        conditions["_id"] = {"$lt": part.after[1]}
    if search.limits_price and not keys.by_price:
        conditions["price"] = {"$gte": search.min_price, "$lte": search.max_price}
    return conditions


def _to_document(ticket: Ticket) -> dict[str, Any]:
    return {"_id": ticket.id, "user_id": ticket.user_id, "created_at": ticket.created_at, **_changeable(ticket)}


def _changeable(ticket: Ticket) -> dict[str, Any]:
    on_sale = ticket.availability is Availability.ON_SALE
    return {
        "title": ticket.title,
        "price": ticket.price,
        "version": ticket.version,
        "order_id": ticket.order_id,
        "reserved_until": ticket.reserved_until,
        "withdrawn": ticket.withdrawn,
        "buyable": on_sale,
        **({"search": _search_fields(ticket.title)} if on_sale else {}),
        **_fence(ticket),
    }


def _search_fields(title: str) -> dict[str, Any]:
    """The terms, and the title that they are of: an earlier release changes that without them."""
    return {"title": title, "terms": title_terms(title)}


def _write(change: TicketChange) -> Write:
    events = [change.event] if change.event else []
    return compare_and_set(_unchanged(change.expected), _changeable(change.ticket), events, trace=change.trace)


def _unchanged(ticket: Ticket) -> dict[str, Any]:
    """The fence is compared too: an order event may move it without a new version."""
    return {"_id": ticket.id, "version": ticket.version, **_fence(ticket)}


def _fence(ticket: Ticket) -> dict[str, int]:
    return {"hold": ticket.fence.hold, "order_version": ticket.fence.order_version}


def _to_ticket(document: dict[str, Any]) -> Ticket:
    fence = Fence(document["hold"], document["order_version"])
    return Ticket(**known_fields(Ticket, document) | {"id": document["_id"], "fence": fence})
