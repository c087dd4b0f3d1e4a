"""Writes of a document together with its events, one by one or many in one request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from ticketing_common.events import Envelope, Event
from ticketing_common.mongo.driver import Collection, Document
from ticketing_common.mongo.errors import DuplicateKey, refusals, translated_errors
from ticketing_common.observability import tracing

Operation = InsertOne[Document] | UpdateOne


@dataclass(frozen=True, slots=True)
class Write:
    """The write of one document, together with its events."""

    document_id: str
    operation: Operation
    envelopes: Sequence[Envelope]


def insert(document: Document, events: Sequence[Event] = (), *, trace: str | None = None) -> Write:
    """A new document. `trace` is the `traceparent` of the events, the current one by default."""
    envelopes = envelopes_for(events, trace)
    return Write(document["_id"], InsertOne(with_outbox(document, envelopes)), envelopes)


def compare_and_set(
    query: Mapping[str, Any], changes: Mapping[str, Any], events: Sequence[Event] = (), *, trace: str | None = None
) -> Write:
    """Set `changes` and push the events, if a document still matches `query` (with `_id`)."""
    envelopes = envelopes_for(events, trace)
    return Write(query["_id"], UpdateOne(query, update_for(changes, envelopes)), envelopes)


async def execute(collection: Collection, operations: Sequence[Operation]) -> int:
    """Make the writes in one request; how many were made: not those that match no document or violate a unique index.

    Unavailable as for a single write; some of them may have been made.
    """
    if not operations:
        return 0
    result: Mapping[str, Any]
    async with translated_errors():
        try:
            result = (await collection.bulk_write(operations, ordered=False)).bulk_api_result
        except BulkWriteError as error:
            if not all(isinstance(refusal, DuplicateKey) for refusal in refusals(error).values()):
                raise
            result = error.details
    return int(result["nInserted"] + result["nMatched"] + result["nUpserted"])


def with_outbox(document: Document, envelopes: Sequence[Envelope]) -> Document:
    """The document with these unpublished events."""
    return {**document, "outbox": [item.to_document() for item in envelopes]}


def update_for(changes: Mapping[str, Any], envelopes: Sequence[Envelope], remove: Sequence[str] = ()) -> Document:
    """The update that sets `changes`, removes fields and adds unpublished events."""
    update: Document = {"$set": dict(changes)}
    if remove:
        update["$unset"] = dict.fromkeys(remove, "")
    if envelopes:
        update["$push"] = {"outbox": {"$each": [item.to_document() for item in envelopes]}}
    return update


def envelopes_for(events: Sequence[Event], trace: str | None = None) -> list[Envelope]:
    """The events' envelopes. `trace` is their `traceparent`, the current one by default."""
    now = datetime.now(UTC)
    trace = trace or (tracing.current() if events else "")
    return [Envelope.from_event(event, occurred_at=now, traceparent=trace) for event in events]
