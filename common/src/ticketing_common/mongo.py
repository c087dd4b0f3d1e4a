"""MongoDB: the connection, the indexes, and the compare-and-set write that stores state and its events together.

Every write is one document, acknowledged by a majority and journalled; there are no transactions, so a single
mongod is enough. Driver errors leave here as `Unavailable` (the database is away) or `DuplicateKey` (a unique index
said no).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from bson import ObjectId
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import ASCENDING, IndexModel, UpdateOne, WriteConcern
from pymongo.errors import (
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)

from ticketing_common.errors import Unavailable
from ticketing_common.events import Envelope, Event
from ticketing_common.observability import tracing
from ticketing_common.outbox import OutboxSource, PendingEvents

log = structlog.get_logger(__name__)

Document = dict[str, Any]
Announce = Callable[[OutboxSource, PendingEvents], None]

OUTBOX_INDEX = IndexModel(
    [("outbox.0.at", ASCENDING)], name="outbox_waiting", partialFilterExpression={"outbox.0": {"$exists": True}}
)

_AWAY = (ConnectionFailure, NetworkTimeout, ExecutionTimeout, WTimeoutError)
# Codes of a server that is going down, coming up or stepping aside (MongoDB's error code reference).
_PASSING_CODES = frozenset({6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436})
_RETRY_SECONDS = 0.5
_PING_SECONDS = 1.0


class DuplicateKey(Exception):
    """A unique index refused the write; `index` is its name."""

    def __init__(self, index: str) -> None:
        super().__init__(index)
        self.index = index


def new_id() -> str:
    """A fresh id: 24 hex digits, in order of time within a process."""
    return str(ObjectId())


class Database:
    """One service's database. It is `ready` once its indexes exist: without them two replicas could accept two
    orders for one ticket, so until then nothing may be written."""

    name = "mongo"

    def __init__(self, uri: str, *, default_name: str, indexes: Mapping[str, Sequence[IndexModel]]) -> None:
        self._client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
            uri,
            serverSelectionTimeoutMS=3_000,
            connectTimeoutMS=2_000,
            socketTimeoutMS=5_000,  # a stopping process waits for it, and has ten seconds in all
            tz_aware=True,
            appname=default_name,
        )
        self._db: AsyncIOMotorDatabase[Document] = self._client.get_default_database(default_name)
        self._indexes = indexes
        self.ready = False

    def collection(self, name: str) -> AsyncIOMotorCollection[Document]:
        """The collection with writes that survive a crash: majority and journalled."""
        return self._db.get_collection(name, write_concern=WriteConcern(w="majority", j=True))

    def require_ready(self) -> None:
        """Unavailable until the indexes exist."""
        if not self.ready:
            raise Unavailable("The service is starting: its database is not ready yet. Try again in a few seconds.")

    async def run(self) -> None:
        """Create the indexes, trying for ever, then return."""
        while not self.ready:
            try:
                await self._ensure_indexes()
                self.ready = True
                log.info("mongo.ready", database=self._db.name)
            except Unavailable as error:
                log.info("mongo.unreachable", error=str(error.__cause__)[:200], retry_in_seconds=_RETRY_SECONDS)
                await asyncio.sleep(_RETRY_SECONDS)

    async def ping(self) -> bool:
        """Whether the database answers within a second."""
        try:
            await asyncio.wait_for(self._client.admin.command("ping"), _PING_SECONDS)
        except (PyMongoError, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Close all connections."""
        self._client.close()

    async def _ensure_indexes(self) -> None:
        for name, indexes in self._indexes.items():
            async with translated_errors():
                await self.collection(name).create_indexes(list(indexes))


class Documents:
    """A collection of documents with an `outbox` array: reads, the insert and the compare-and-set."""

    def __init__(self, collection: AsyncIOMotorCollection[Document]) -> None:
        self._collection = collection
        # Taking what was published out of the outbox may be lost in a crash: it is then published again.
        self._unjournalled = collection.with_options(write_concern=WriteConcern(w=1))
        self._announce: Announce = lambda _source, _waiting: None

    def notify_with(self, announce: Announce) -> None:
        """Call `announce` after each write that has events (the relay's `announce`)."""
        self._announce = announce

    async def find(self, document_id: str) -> Document | None:
        """The document with this id, without its outbox."""
        return await self.find_one({"_id": document_id})

    async def find_one(
        self, query: Mapping[str, Any], *, sort: Sequence[tuple[str, int]] | None = None
    ) -> Document | None:
        """The first document that matches, without its outbox."""
        async with translated_errors():
            found: Document | None = await self._collection.find_one(query, {"outbox": 0}, sort=sort)
            return found

    async def find_many(
        self, query: Mapping[str, Any], *, sort: Sequence[tuple[str, int]], limit: int, index: str | None = None
    ) -> list[Document]:
        """Up to `limit` documents that match, in this order, without their outboxes.

        `index` names the one to use, where the server might choose another by the data that it sees first.
        """
        async with translated_errors():
            cursor = self._collection.find(query, {"outbox": 0}, sort=list(sort), limit=limit, hint=index)
            return await cursor.to_list(limit)

    async def count(self, query: Mapping[str, Any], *, index: str, limit: int) -> int:
        """How many documents match, by this index and up to `limit`: so that counting stays cheap."""
        async with translated_errors():
            return int(await self._collection.count_documents(query, hint=index, limit=limit))

    async def insert(self, document: Document, events: Sequence[Event] = ()) -> None:
        """Store a new document and its events in one write; DuplicateKey if a unique index forbids it."""
        envelopes = _envelopes(events)
        async with translated_errors():
            await self._collection.insert_one({**document, "outbox": [item.to_document() for item in envelopes]})
        self._tell(document["_id"], envelopes)

    async def compare_and_set(
        self, query: Mapping[str, Any], changes: Mapping[str, Any], events: Sequence[Event] = ()
    ) -> bool:
        """Set `changes` and push `events` in one write, if a document still matches `query` (with `_id`).

        False means that it does not any more: read again and decide again. DuplicateKey as for `insert`.
        """
        envelopes = _envelopes(events)
        update: Document = {"$set": dict(changes)}
        if envelopes:
            update["$push"] = {"outbox": {"$each": [item.to_document() for item in envelopes]}}
        async with translated_errors():
            result = await self._collection.update_one(query, update)
        if result.matched_count == 0:
            return False
        self._tell(query["_id"], envelopes)
        return True

    async def pending(self, *, before: datetime, limit: int) -> list[PendingEvents]:
        """Documents with unpublished events older than `before`, oldest first (by the partial index)."""
        query = {"outbox.0": {"$exists": True}, "outbox.0.at": {"$lt": before}}
        async with translated_errors():
            cursor = self._collection.find(query, {"outbox": 1}, sort=[("outbox.0.at", ASCENDING)], limit=limit)
            found = await cursor.to_list(limit)
        return [
            PendingEvents(item["_id"], [Envelope.from_document(entry) for entry in item["outbox"]]) for item in found
        ]

    async def remove_published(self, published: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Take published events out of the outboxes, in one bulk write."""
        writes = [
            UpdateOne({"_id": document_id}, {"$pull": {"outbox": {"id": {"$in": list(ids)}}}})
            for document_id, ids in published
        ]
        async with translated_errors():
            await self._unjournalled.bulk_write(writes, ordered=False)

    def _tell(self, document_id: str, envelopes: Sequence[Envelope]) -> None:
        if envelopes:
            self._announce(self, PendingEvents(document_id, envelopes))


@asynccontextmanager
async def translated_errors() -> AsyncIterator[None]:
    """Driver errors as ours: Unavailable when the database is away, DuplicateKey when a unique index said no."""
    try:
        yield
    except DuplicateKeyError as error:
        raise DuplicateKey(_index_name(error)) from error
    except _AWAY as error:
        raise Unavailable("The database is out of reach. Try again in a few seconds.") from error
    except OperationFailure as error:
        if error.code in _PASSING_CODES or error.has_error_label("RetryableWriteError"):
            raise Unavailable("The database is restarting. Try again in a few seconds.") from error
        raise


def _index_name(error: DuplicateKeyError) -> str:
    """The index that a duplicate-key message names: `… index: email_unique dup key: …`."""
    message = str((error.details or {}).get("errmsg", ""))
    return message.partition("index: ")[2].partition(" ")[0]


def _envelopes(events: Sequence[Event]) -> list[Envelope]:
    now = datetime.now(UTC)
    trace = tracing.current() if events else ""
    return [Envelope.from_event(event, occurred_at=now, traceparent=trace) for event in events]
