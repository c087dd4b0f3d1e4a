"""Requests with an Idempotency-Key, in the field `request` of the document that each has created."""

from dataclasses import asdict
from typing import Any

from pymongo import ASCENDING, IndexModel

from ticketing_common.documents import known_fields
from ticketing_common.idempotency import StoredRequest
from ticketing_common.mongo.calls import Calls
from ticketing_common.mongo.driver import Collection, Document
from ticketing_common.mongo.errors import translated_errors

REQUEST_INDEX_NAME = "one_effect_per_request"
REQUEST_INDEX = IndexModel(
    [("user_id", ASCENDING), ("request.key", ASCENDING)],
    name=REQUEST_INDEX_NAME,
    unique=True,
    partialFilterExpression={"request.key": {"$exists": True}},
)


class Requests:
    """idempotency.RequestStore in a collection whose documents have a `user_id`."""

    def __init__(self, collection: Collection, calls: Calls) -> None:
        self._collection = collection
        self._calls = calls

    async def find(self, user_id: str, key: str) -> StoredRequest | None:
        async with translated_errors(self._calls.start("find")):
            found = await self._collection.find_one(_query(user_id, key), {"request": 1})
        return to_request(found["request"]) if found else None

    async def forget(self, user_id: str, request: StoredRequest) -> None:
        query = {**_query(user_id, request.key), "request.at": request.at}
        async with translated_errors(self._calls.start("update")):
            await self._collection.update_one(query, {"$unset": {"request": ""}})


def with_request(document: Document, request: StoredRequest | None) -> Document:
    """The document with the request that creates it."""
    return {**document, "request": asdict(request)} if request else document


def to_request(stored: dict[str, Any]) -> StoredRequest:
    """The stored request."""
    return StoredRequest(**known_fields(StoredRequest, stored))


def _query(user_id: str, key: str) -> Document:
    return {"user_id": user_id, "request.key": key}
