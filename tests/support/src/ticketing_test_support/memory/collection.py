"""A collection that keeps BSON in memory. `test_memory.py` runs the same tests on it and on a real mongod.

Unique partial indexes refuse writes and are named in the error, as on the server; an operator that no store uses is an
error. mongomock knows neither index names, nor hints, nor UpdateOne in a bulk write.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import bson
from bson.codec_options import CodecOptions
from pymongo import IndexModel, UpdateOne
from pymongo.errors import AutoReconnect, DuplicateKeyError
from pymongo.results import BulkWriteResult, DeleteResult, InsertOneResult, UpdateResult

from ticketing_test_support.memory.queries import evaluated, matches, updated, value_at

Document = dict[str, Any]
_AWARE: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)


@dataclass
class WriteFaults:
    """What befalls one of the next writes.

    After `fails_after` more writes one fails: before it is done or, if `is_done`, after, so that only the response is
    lost. `meanwhile` happens once, between the decision on the next write and its arrival: a race.
    """

    fails_after: int = -1
    is_done: bool = False
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def arrive(self) -> None:
        """A write is on its way."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()

    def fails_now(self) -> bool:
        """Whether this write is the one that fails."""
        self.fails_after -= 1
        return self.fails_after == -1


class Cursor:
    """What was found."""

    def __init__(self, found: list[Document]) -> None:
        self._found = found

    async def to_list(self, limit: int | None) -> list[Document]:
        """Up to `limit` of it."""
        return self._found[:limit]


class Collection:
    """One collection."""

    def __init__(self, indexes: Sequence[IndexModel], faults: WriteFaults) -> None:
        self._rows: dict[str, bytes] = {}
        self._unique = [index.document for index in indexes if index.document.get("unique")]
        self._faults = faults

    def with_options(self, **_: object) -> "Collection":
        """Every write concern is the same here."""
        return self

    async def find_one(
        self, query: Mapping[str, Any], projection: Mapping[str, int] | None = None, *, sort: Any = None
    ) -> Document | None:
        """The first that matches."""
        found = self._found(query, sort)
        return _projected(found[0], projection) if found else None

    def find(
        self,
        query: Mapping[str, Any],
        projection: Mapping[str, int] | None = None,
        *,
        sort: Any = None,
        limit: int = 0,
        hint: str | None = None,  # which index is used changes no result
    ) -> Cursor:
        """All that match."""
        found = self._found(query, sort)
        return Cursor([_projected(document, projection) for document in found[: limit or None]])

    async def count_documents(self, query: Mapping[str, Any], *, limit: int, hint: str | None = None) -> int:
        """How many match, up to `limit`."""
        return min(limit, len(self._found(query)))

    async def insert_one(self, document: Document) -> InsertOneResult:
        """Store a new one."""
        await self._faults.arrive()
        if document["_id"] in self._rows:
            raise _duplicate_key("_id_")
        self._write([document])
        return InsertOneResult(document["_id"], acknowledged=True)

    async def update_one(self, query: Mapping[str, Any], update: Mapping[str, Any]) -> UpdateResult:
        """Change the first that matches."""
        await self._faults.arrive()
        found = self._found(query)[:1]
        self._write([updated(document, update) for document in found])
        return _update_result(found)

    async def update_many(self, query: Mapping[str, Any], pipeline: Sequence[Mapping[str, Any]]) -> UpdateResult:
        """Change all that match, by a pipeline of one `$set`."""
        found, fields = self._found(query), _fields_set_by(pipeline)
        self._write([{**document, **evaluated(fields, document)} for document in found])
        return _update_result(found)

    async def bulk_write(self, writes: Iterable[UpdateOne], *, ordered: bool) -> BulkWriteResult:
        """Updates, one after the other."""
        for write in writes:
            await self.update_one(write._filter, write._doc)  # type: ignore[arg-type]  # never a pipeline
        return BulkWriteResult({}, acknowledged=True)

    async def delete_many(self, query: Mapping[str, Any]) -> DeleteResult:
        """Delete all that match."""
        found = self._found(query)
        for document in found:
            del self._rows[document["_id"]]
        return DeleteResult({"n": len(found)}, acknowledged=True)

    def _found(self, query: Mapping[str, Any], sort: Any = None) -> list[Document]:
        wanted = query.get("_id")
        rows: Iterable[bytes] = self._rows.values()
        if isinstance(wanted, str):
            rows = [self._rows[wanted]] if wanted in self._rows else []
        found = [document for document in map(_decoded, rows) if matches(document, query)]
        for key, direction in reversed(sort or ()):
            found.sort(key=lambda document, key=key: value_at(document, key), reverse=direction < 0)  # type: ignore[misc]
        return found

    def _write(self, documents: Sequence[Document]) -> None:
        """All or nothing."""
        fails = bool(documents) and self._faults.fails_now()
        if fails and not self._faults.is_done:
            raise AutoReconnect("the database went away before the write")
        for document in documents:
            self._require_unique(document)
            self._rows[document["_id"]] = bson.encode(document)
        if fails:
            raise AutoReconnect("the database went away before it responded")

    def _require_unique(self, document: Document) -> None:
        for index in self._unique:
            only, keys = index.get("partialFilterExpression", {}), list(index["key"])
            if not matches(document, only):
                continue
            same = {key: value_at(document, key) for key in keys} | only
            if any(other["_id"] != document["_id"] for other in self._found(same)):
                raise _duplicate_key(index["name"])


def _decoded(row: bytes) -> Document:
    return bson.decode(row, _AWARE)


def _projected(document: Document, projection: Mapping[str, int] | None) -> Document:
    if not projection:
        return document
    named = projection.keys() - {"_id"}
    if any(projection[name] for name in named):
        kept = named | ({"_id"} if projection.get("_id", 1) else set())
        return {name: value for name, value in document.items() if name in kept}
    return {name: value for name, value in document.items() if name not in projection}


def _fields_set_by(pipeline: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    (stage,) = pipeline
    assert stage.keys() == {"$set"}, f"only a pipeline of one $set is supported, not {pipeline}"
    fields: Mapping[str, Any] = stage["$set"]
    return fields


def _duplicate_key(index: str) -> DuplicateKeyError:
    message = f"E11000 duplicate key error collection: test index: {index} dup key: {{ … }}"
    return DuplicateKeyError(message, 11000, {"errmsg": message})


def _update_result(found: Sequence[Document]) -> UpdateResult:
    return UpdateResult({"n": len(found), "nModified": len(found)}, acknowledged=True)
