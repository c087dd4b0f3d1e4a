"""Due times in MongoDB: `{_id: order id, due_at, fired, fired_at?, trace, outbox}`."""

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from ticketing_common.events import Envelope, ExpirationComplete
from ticketing_common.mongo import OUTBOX_INDEX, Database, Document, Documents, DuplicateKey, insert, translated_errors
from ticketing_common.observability import spans, tracing
from ticketing_common.observability.spans import ORDER_ID, Kind
from ticketing_expiration.domain import Expiry, Firing

COLLECTION = "expiries"
INDEXES = {
    COLLECTION: [
        IndexModel(
            [("fired", ASCENDING), ("due_at", ASCENDING)], name="waiting", partialFilterExpression={"fired": False}
        ),
        IndexModel([("fired_at", ASCENDING)], name="fired", partialFilterExpression={"fired": True}),
        OUTBOX_INDEX,
    ]
}
# Orders per update: what a server does well within the driver's time-out.
BATCH = 5_000
_ORDER_ID = "{order id}"


class MongoExpiryStore:
    """ports.ExpiryStore in the collection `expiries`. An order fires once: updates match only what has not fired."""

    def __init__(self, database: Database) -> None:
        self._collection = database.collection(COLLECTION)
        self.documents = Documents(self._collection)

    async def add(self, expiry: Expiry, *, fired_at: datetime | None = None) -> bool:
        fired = {"fired": True, "fired_at": fired_at} if fired_at is not None else {}
        document = _to_document(expiry, tracing.current()) | fired
        events = [] if fired_at is None else [ExpirationComplete(order_id=expiry.order_id)]
        try:
            await self.documents.insert(document, events)
        except DuplicateKey:
            return False
        return True

    async def add_all(self, expiries: Mapping[Expiry, str]) -> None:
        await self.documents.write_all([insert(_to_document(expiry, trace)) for expiry, trace in expiries.items()])

    async def fire(self, *, due_until: datetime, now: datetime) -> Firing:
        # One update fires up to `BATCH` orders, by due time. If it is interrupted, some documents have fired, each with
        # its event; the rest are still due.
        count, lateness = 0, list[float]()
        while True:
            started_at = time.time_ns()
            due = await self._due(due_until)
            if due:
                fired = await self._fire_until(due[-1]["due_at"], now)
                count += fired
                # Another process may have fired some of them meanwhile, and counts those.
                lateness += [(now - item["due_at"]).total_seconds() for item in due[:fired]]
                if spans.is_recording():
                    own = due if fired == len(due) else await self._fired_at(now, due)
                    _record_spans(own, started_at)
            if len(due) < BATCH:
                return Firing(count, lateness)

    async def count_pending(self) -> int:
        return await self.documents.count({"fired": False}, index="waiting")

    async def purge(self, *, fired_before: datetime, limit: int) -> int:
        # A TTL index cannot check both conditions.
        query = {"fired": True, "fired_at": {"$lt": fired_before}, "outbox": []}
        async with translated_errors():
            cursor = self._collection.find(query, {"_id": 1}, sort=[("fired_at", ASCENDING)], limit=limit, hint="fired")
            ids = [item["_id"] for item in await cursor.to_list(limit)]
            return int((await self._collection.delete_many({"_id": {"$in": ids}})).deleted_count) if ids else 0

    async def _due(self, until: datetime) -> list[Document]:
        # Without the traces, which only spans need, the index has everything.
        fields = {"due_at": 1, "trace": 1} if spans.is_recording() else {"due_at": 1, "_id": 0}
        query = {"fired": False, "due_at": {"$lte": until}}
        async with translated_errors(self.documents.calls.start("find")):
            cursor = self._collection.find(query, fields, sort=[("due_at", ASCENDING)], limit=BATCH)
            return await cursor.to_list(BATCH)

    async def _fired_at(self, now: datetime, due: Iterable[Document]) -> list[Document]:
        """Those of `due` that this process fired: another one may have fired some meanwhile."""
        query = {"_id": {"$in": [item["_id"] for item in due]}, "fired_at": now}
        async with translated_errors(self.documents.calls.start("find")):
            return await self._collection.find(query, {"trace": 1}).to_list(BATCH)

    async def _fire_until(self, due_at: datetime, now: datetime) -> int:
        query = {"fired": False, "due_at": {"$lte": due_at}}
        async with translated_errors(self.documents.calls.start("update")):
            result = await self._collection.update_many(query, [{"$set": _fired(now)}])
        return int(result.modified_count)


def _record_spans(fired: Iterable[Document], started_at: int) -> None:
    """One in each order's trace, linked to the job that fired them together."""
    job = tracing.found()
    for item in fired:
        attributes = {ORDER_ID: item["_id"]}
        spans.start(
            "fire expiration",
            Kind.INTERNAL,
            parent=item.get("trace"),
            link=job,
            attributes=attributes,
            started_at=started_at,
        ).end()


def _to_document(expiry: Expiry, trace: str) -> dict[str, Any]:
    return {"_id": expiry.order_id, "due_at": expiry.due_at, "fired": False, "trace": trace}


def _fired(now: datetime) -> dict[str, Any]:
    """The fields that firing sets, as aggregation expressions that MongoDB evaluates for each document.

    The outbox entry is built from a real envelope, with the document's id in place of the order's, so that it follows
    the contract; its trace is the one in which the order was placed.
    """
    envelope = Envelope.from_event(ExpirationComplete(order_id=_ORDER_ID), occurred_at=now, traceparent="")
    entry = {**_expression(envelope.to_document()), "trace": "$trace"}
    return {"fired": True, "fired_at": now, "outbox": [entry]}


def _expression(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _expression(item) for key, item in value.items()}
    if isinstance(value, str) and _ORDER_ID in value:
        before, after = value.split(_ORDER_ID)
        return {"$concat": [before, "$_id", after]}
    return {"$literal": value}
