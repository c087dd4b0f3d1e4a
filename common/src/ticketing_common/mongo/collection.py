"""A collection whose documents carry their unpublished events."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel, UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError, WriteError

from ticketing_common.events import Envelope, Event
from ticketing_common.idempotency import RequestRepeated, StoredRequest
from ticketing_common.mongo.batching import Batcher
from ticketing_common.mongo.calls import Calls
from ticketing_common.mongo.driver import Collection, Document, aggregate, count
from ticketing_common.mongo.errors import DuplicateKey, refusals, translated_errors
from ticketing_common.mongo.requests import REQUEST_INDEX_NAME, Requests, with_request
from ticketing_common.mongo.writes import Write, envelopes_for, execute, update_for, with_outbox
from ticketing_common.outbox import OutboxBacklog, OutboxSource, PendingEvents

Notify = Callable[[OutboxSource, PendingEvents], None]

OUTBOX_INDEX_NAME = "outbox_waiting"
OUTBOX_INDEX = IndexModel(
    [("outbox.0.at", ASCENDING)], name=OUTBOX_INDEX_NAME, partialFilterExpression={"outbox.0": {"$exists": True}}
)

# What reads of a document's state leave out.
_INTERNAL = {"outbox": 0, "request": 0, "search": 0}
# Documents looked at to measure the outbox.
_BACKLOG_LIMIT = 10_000


class Documents:
    """A collection of documents with an `outbox` array: reads, the insert and the compare-and-set."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        # A removal that a crash undoes is harmless: the event is published again.
        self._unjournalled = collection.with_options(write_concern=WriteConcern(w=1))
        self.calls = Calls(collection)
        self.requests = Requests(collection, self.calls)
        self._reads = Batcher(self._find_batch)
        self._inserts = Batcher(self._insert_batch)
        self._notify: Notify = lambda _source, _pending: None

    def notify_with(self, notify: Notify) -> None:
        """Call `notify` (the relay's) after each write that has events."""
        self._notify = notify

    async def find(self, document_id: str) -> Document | None:
        """The document with this id, without outbox and request. Concurrent calls share one query: do not change it."""
        with self.calls.start("find"):
            return await self._reads.submit(document_id)

    async def find_one(
        self, query: Mapping[str, Any], *, sort: Sequence[tuple[str, int]] | None = None
    ) -> Document | None:
        """The first document that matches, without outbox and request."""
        async with translated_errors(self.calls.start("find")):
            found: Document | None = await self._collection.find_one(query, _INTERNAL, sort=sort)
            return found

    async def find_many(
        self, query: Mapping[str, Any], *, sort: Sequence[tuple[str, int]], limit: int, index: str | None = None
    ) -> list[Document]:
        """Up to `limit` documents that match, in this order, without outboxes and requests.

        `index` names the one to use where the server's own choice depends on the data.
        """
        async with translated_errors(self.calls.start("find")):
            cursor = self._collection.find(query, _INTERNAL, sort=list(sort), limit=limit, hint=index)
            return await cursor.to_list(limit)

    async def find_between(
        self,
        low: Mapping[str, Any],
        high: Mapping[str, Any],
        query: Mapping[str, Any] | None = None,
        *,
        index: str,
        sort: Sequence[tuple[str, int]],
        limit: int,
        skip: int = 0,
        fields: Sequence[str] = (),
    ) -> list[Document]:
        """As `find_many`, of the documents whose keys in the index are from `low` to below `high`.

        These name all fields of the index, in its order. A partial index is not asked whether it has all documents.
        """
        async with translated_errors(self.calls.start("find")):
            cursor = self._collection.find(
                query or {},
                dict.fromkeys(("_id", *fields), 1) if fields else _INTERNAL,
                hint=index,
                sort=list(sort),
                skip=skip,
                limit=limit,
            )
            cursor = cursor.min(list(low.items())).max(list(high.items()))
            return await cursor.to_list(limit)

    async def find_all(self, document_ids: Iterable[str]) -> list[Document]:
        """The documents with these ids, in any order, without outboxes and requests."""
        with self.calls.start("find"):
            return await self._find_all(document_ids)

    async def values(self, field: str, query: Mapping[str, Any], *, index: str) -> list[Any]:
        """The values of a field of all documents that match, found by this index."""
        async with translated_errors(self.calls.start("find")):
            cursor = self._collection.find(query, {field: 1, "_id": 0}, hint=index)
            return [document[field] for document in await cursor.to_list(None)]

    async def count(self, query: Mapping[str, Any], *, index: str, limit: int | None = None) -> int:
        """How many documents match, counted by this index, and up to `limit` to stay cheap."""
        async with translated_errors(self.calls.start("aggregate")):
            return await count(self._collection, query, index=index, **({"limit": limit} if limit else {}))

    async def aggregate(self, pipeline: Sequence[Document], *, index: str) -> list[Document]:
        """All results of an aggregation, few because it groups, whose first stage is a match by this index."""
        async with translated_errors(self.calls.start("aggregate")):
            return await aggregate(self._collection, pipeline, limit=None, index=index)

    async def insert(
        self, document: Document, events: Sequence[Event] = (), *, request: StoredRequest | None = None
    ) -> None:
        """Store a new document, its events and the request in one write.

        RequestRepeated if the user's request is stored already, DuplicateKey if another unique index forbids it.
        Concurrent calls share one command and its journal flush; each document is accepted or refused by itself.
        """
        envelopes = envelopes_for(events)
        with self.calls.start("insert"):
            refused = await self._inserts.submit(with_outbox(with_request(document, request), envelopes))
        if refused is not None:
            raise _refusal(refused)
        self._notify_relay(document["_id"], envelopes)

    async def compare_and_set(
        self,
        query: Mapping[str, Any],
        changes: Mapping[str, Any],
        events: Sequence[Event] = (),
        *,
        remove: Sequence[str] = (),
    ) -> bool:
        """Set and remove fields, and push `events`, in one write, if a document still matches `query` (with `_id`).

        False means that none does: read and decide again. DuplicateKey as for `insert`.
        """
        envelopes = envelopes_for(events)
        async with translated_errors(self.calls.start("update")):
            result = await self._collection.update_one(query, update_for(changes, envelopes, remove))
        if result.matched_count == 0:
            return False
        self._notify_relay(query["_id"], envelopes)
        return True

    async def write_all(self, writes: Sequence[Write]) -> bool:
        """Make these writes in one request, each as `insert` or `compare_and_set` would.

        False when another writer was first for some: the others are made, so read and decide again.
        """
        with self.calls.start("bulkWrite"):
            made = await execute(self._collection, [write.operation for write in writes])
        if made < len(writes):
            await self._notify_of_stored({"_id": {"$in": [write.document_id for write in writes if write.envelopes]}})
            return False
        for write in writes:
            self._notify_relay(write.document_id, write.envelopes)
        return True

    async def update_many(
        self, document_ids: Iterable[str], query: Mapping[str, Any], changes: Mapping[str, Any], *, read: str
    ) -> dict[str, Any]:
        """Set `changes`, aggregation expressions that may add events, in those of these documents that match `query`.

        The field `read` of all of them afterwards, by id.
        """
        by_id = {"_id": {"$in": list(document_ids)}}
        async with translated_errors(self.calls.start("update")):
            await self._collection.update_many({**by_id, **query}, [{"$set": changes}])
        return {item["_id"]: item[read] for item in await self._notify_of_stored(by_id, read)}

    async def replace_older(self, documents: Iterable[Document]) -> None:
        """Store each document, unless the stored one has its `version` or a newer one; they have no events."""
        writes = [
            ({"_id": document["_id"], "version": {"$lt": document["version"]}}, {"$set": document})
            for document in documents
        ]
        with self.calls.start("update"):
            if await execute(self._collection, [UpdateOne(*write, upsert=True) for write in writes]) < len(writes):
                # Those are as new, or another process has just created them, perhaps from an older event.
                await execute(self._collection, [UpdateOne(*write) for write in writes])

    async def pending(self, *, before: datetime, limit: int) -> list[PendingEvents]:
        """Documents with unpublished events older than `before`, oldest first (by the partial index)."""
        query = {"outbox.0": {"$exists": True}, "outbox.0.at": {"$lt": before}}
        async with translated_errors():
            cursor = self._collection.find(query, {"outbox": 1}, sort=[("outbox.0.at", ASCENDING)], limit=limit)
            found = await cursor.to_list(limit)
        return [
            PendingEvents(item["_id"], [Envelope.from_document(entry) for entry in item["outbox"]]) for item in found
        ]

    async def backlog(self) -> OutboxBacklog:
        """The unpublished events of the oldest 10,000 documents that have any."""
        pipeline: list[Document] = [
            {"$match": {"outbox.0": {"$exists": True}}},
            {"$sort": {"outbox.0.at": 1}},
            {"$limit": _BACKLOG_LIMIT},
            {"$project": {"events": {"$size": "$outbox"}, "oldest": {"$min": "$outbox.at"}}},
            {"$group": {"_id": None, "events": {"$sum": "$events"}, "oldest": {"$min": "$oldest"}}},
        ]
        async with translated_errors():
            found = await aggregate(self._collection, pipeline, limit=1, index=OUTBOX_INDEX_NAME)
        return OutboxBacklog(found[0]["events"], found[0]["oldest"]) if found else OutboxBacklog(0, None)

    async def remove_published(self, published: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Remove published events from the outboxes, in one update: an event's id is unique."""
        published = list(published)
        document_ids = [document_id for document_id, _ in published]
        event_ids = [event_id for _, ids in published for event_id in ids]
        pull = {"$pull": {"outbox": {"id": {"$in": event_ids}}}}
        async with translated_errors():
            await self._unjournalled.update_many({"_id": {"$in": document_ids}}, pull)

    async def _notify_of_stored(self, query: Mapping[str, Any], *fields: str) -> list[Document]:
        """Notify the relay of what these documents' outboxes have; the documents, with `fields`."""
        async with translated_errors(self.calls.start("find")):
            cursor = self._collection.find(query, dict.fromkeys(("outbox", *fields), 1))
            found = await cursor.to_list(None)
        for item in found:
            self._notify_relay(item["_id"], [Envelope.from_document(entry) for entry in item["outbox"]])
        return found

    async def _find_all(self, document_ids: Iterable[str]) -> list[Document]:
        async with translated_errors():
            found = self._collection.find({"_id": {"$in": list(document_ids)}}, _INTERNAL)
            return await found.to_list(None)

    async def _find_batch(self, ids: Sequence[str]) -> list[Document | None]:
        by_id = {document["_id"]: document for document in await self._find_all(ids)}
        return [by_id.get(document_id) for document_id in ids]

    async def _insert_batch(self, documents: Sequence[Document]) -> list[DuplicateKey | WriteError | None]:
        async with translated_errors():
            try:
                await self._collection.insert_many(documents, ordered=False)
            except BulkWriteError as error:
                refused = refusals(error)
                return [refused.get(index) for index in range(len(documents))]
        return [None] * len(documents)

    def _notify_relay(self, document_id: str, envelopes: Sequence[Envelope]) -> None:
        if envelopes:
            self._notify(self, PendingEvents(document_id, envelopes))


def _refusal(error: DuplicateKey | WriteError) -> Exception:
    return RequestRepeated() if isinstance(error, DuplicateKey) and error.index == REQUEST_INDEX_NAME else error
