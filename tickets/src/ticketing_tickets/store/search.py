"""Tickets by their terms."""

from collections.abc import Sequence
from typing import Any

from pymongo import ASCENDING, DESCENDING

from ticketing_common.mongo import Documents, SharedReads, compare_and_set
from ticketing_tickets.domain import Ticket
from ticketing_tickets.find_tickets import Part
from ticketing_tickets.search import FIRST_ID, LAST_ID, Key, KeyRange
from ticketing_tickets.store.documents import search_fields, to_ticket
from ticketing_tickets.store.indexes import BUYABLE, BY_TERM, BY_TERM_AND_PRICE, NEWEST_FIRST, TERMS

_OUTDATED = {"$expr": {"$ne": ["$title", "$search.title"]}}
_UPGRADED_AT_ONCE = 2_000


class MongoTicketIndex:
    """find_tickets.TicketIndex, and what gives terms to titles."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.lists = SharedReads(lambda: documents.calls.start("find"))

    async def key_at(self, keys: KeyRange, place: int, *, ascending: bool) -> Key | None:
        fields = _fields(by_price=keys.by_price)
        sort = _sort(fields, ascending=ascending)
        found = await self._between(keys, {}, sort=sort, skip=place - 1, limit=1, fields=fields)
        return (found[0].get("price", 0), found[0]["_id"]) if found else None

    async def find_matches(self, part: Part, limit: int) -> list[Ticket]:
        return await self.lists.read((part, limit), lambda: self._matches(part, limit))

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
        writes = [compare_and_set(document, {"search": search_fields(document["title"])}) for document in found]
        await self.documents.write_all(writes)
        return end, len(found)

    async def _matches(self, part: Part, limit: int) -> list[Ticket]:
        sort = _sort(_fields(by_price=part.search.by_price), ascending=part.search.ascending)
        found = await self._between(part.keys, _conditions(part), sort=sort, limit=limit)
        return [to_ticket(document) for document in found]

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
