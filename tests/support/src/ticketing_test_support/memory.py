"""MongoDB in memory: mongomock-motor, and what our stores use that mongomock lacks.

That is: index names in duplicate-key errors, hints, bulk writes, appending to an array by path, and update pipelines of
one `$set`.
`tests/support/tests/test_memory.py` runs the same tests on it and on a real mongod.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from mongomock.filtering import filter_applies
from mongomock_motor import AsyncMongoMockClient
from pymongo import IndexModel, InsertOne, UpdateOne
from pymongo.errors import AutoReconnect, BulkWriteError, DuplicateKeyError
from pymongo.results import BulkWriteResult

from ticketing_common.mongo import Database

Document = dict[str, Any]


@dataclass
class WriteFaults:
    """Faults of the next writes.

    After `fails_after` more writes one fails: before it is done or, if `is_done`, after, so that only the response is
    lost. `meanwhile` is called once, just before the next write: another writer that is first.
    """

    fails_after: int = -1
    is_done: bool = False
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def before_write(self) -> None:
        """Let the other writer be first."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()

    def fails_now(self) -> bool:
        """Whether this write is the one that fails."""
        self.fails_after -= 1
        return self.fails_after == -1


class InMemoryDatabase(Database):
    """A database that is always ready. `faults` apply to the writes of all its collections."""

    def __init__(self, indexes: Mapping[str, Sequence[IndexModel]], faults: WriteFaults | None = None) -> None:
        self._client: Any = AsyncMongoMockClient(tz_aware=True)
        self._indexes = indexes
        self._faults = faults or WriteFaults()
        self.ready = True

    def collection(self, name: str) -> Any:
        return Collection(self._client["test"][name], self._indexes.get(name, ()), self._faults)

    async def run(self) -> None:
        """The indexes are checked by the collections themselves."""

    async def ping(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing is open."""


class Collection:
    """A mongomock collection; what is not defined here is mongomock's."""

    def __init__(self, collection: Any, indexes: Sequence[IndexModel], faults: WriteFaults) -> None:
        self._collection = collection
        self._unique = [index.document for index in indexes if index.document.get("unique")]
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    def with_options(self, **_: object) -> "Collection":
        return self

    def find(self, *arguments: Any, hint: str | None = None, **options: Any) -> Any:
        return self._collection.find(*arguments, **options)

    async def count_documents(self, query: Mapping[str, Any], *, hint: str | None = None, **options: Any) -> int:
        return int(await self._collection.count_documents(query, **options))

    def aggregate(self, pipeline: Sequence[Document], *, hint: str | None = None) -> Any:
        return self._collection.aggregate(pipeline)

    async def insert_many(self, documents: Sequence[Document], *, ordered: bool = True) -> None:
        refused: list[Document] = []
        for index, document in enumerate(documents):
            try:
                await self._insert(document)
            except DuplicateKeyError as error:
                refused.append({"index": index, "code": 11000, **(error.details or {})})
                if ordered:
                    break
        if refused:
            raise BulkWriteError({"writeErrors": refused, "writeConcernErrors": []})

    async def _insert(self, document: Document) -> None:
        await self._faults.before_write()
        if await self._collection.find_one({"_id": document["_id"]}, {"_id": 1}):
            raise _duplicate_key("_id_")
        await self._require_unique(document)
        await self._write(lambda: self._collection.insert_one(document))

    async def update_one(self, query: Mapping[str, Any], update: Mapping[str, Any]) -> Any:
        await self._faults.before_write()
        found = await self._collection.find_one(query)
        if found is None:
            return await self._collection.update_one(query, update)
        changes = _top_level(found, update.get("$set", {}))
        await self._require_unique({**found, **changes})
        others = {operator: fields for operator, fields in update.items() if operator != "$set"}
        combined = {**others, "$set": changes} if changes else others
        return await self._write(lambda: self._collection.update_one(query, combined))

    async def update_many(self, query: Mapping[str, Any], update: Any) -> "_Modified":
        """One document after the other, each of which may fail or be changed by another writer first."""
        count = 0
        for document in await self._collection.find(query, {"_id": 1}).to_list(None):
            await self._faults.before_write()
            found = await self._collection.find_one({"$and": [query, {"_id": document["_id"]}]})
            if found is not None:
                await self._update_one_of_many(found, update)
                count += 1
        return _Modified(count)

    async def _update_one_of_many(self, document: Document, update: Any) -> None:
        if isinstance(update, list):
            (stage,) = update
            update = {"$set": {name: _evaluate(value, document) for name, value in stage["$set"].items()}}
        await self._write(lambda: self._collection.update_one({"_id": document["_id"]}, update))

    async def bulk_write(self, writes: Iterable[UpdateOne | InsertOne[Document]], *, ordered: bool) -> BulkWriteResult:
        """One after the other, each of which may fail."""
        counts, errors = Counter[str](), list[Document]()
        for index, write in enumerate(writes):
            try:
                counts[await self._write_one(write)] += 1
            except DuplicateKeyError as error:
                errors.append({"index": index, "code": error.code, "errmsg": str(error)})
        result: Document = {
            name: counts[name] for name in ("nInserted", "nMatched", "nUpserted", "nModified", "nRemoved")
        }
        result |= {"upserted": [], "writeErrors": errors, "writeConcernErrors": []}
        if errors:
            raise BulkWriteError(result)
        return BulkWriteResult(result, acknowledged=True)

    async def _write_one(self, write: UpdateOne | InsertOne[Document]) -> str:
        """The name of the number that it adds to."""
        if isinstance(write, InsertOne):
            await self._insert(dict(write._doc))
            return "nInserted"
        update: Any = write._doc
        if write._upsert and not await self._collection.find_one(write._filter):
            await self._insert(dict(update["$set"]))
            return "nUpserted"
        return "nMatched" if (await self.update_one(write._filter, update)).matched_count else "nothing"

    async def _write(self, write: Callable[[], Awaitable[Any]]) -> Any:
        fails = self._faults.fails_now()
        if fails and not self._faults.is_done:
            raise AutoReconnect("connection lost before the write")
        result = await write()
        if fails:
            raise AutoReconnect("connection lost before the response")
        return result

    async def _require_unique(self, document: Document) -> None:
        for index in self._unique:
            partial = index.get("partialFilterExpression", {})
            if not filter_applies(partial, document):  # type: ignore[no-untyped-call]
                continue
            same = {name: {"$in": _indexed(document, name.split("."))} for name in index["key"]}
            others = {"$and": [partial, same, {"_id": {"$ne": document["_id"]}}]}
            if await self._collection.find_one(others, {"_id": 1}):
                raise _duplicate_key(index["name"])


@dataclass(frozen=True)
class _Modified:
    modified_count: int


def _indexed(value: Any, names: Sequence[str]) -> list[Any]:
    """The values of an index's field: one, or one of each element of an array."""
    if isinstance(value, list):
        return [found for item in value for found in _indexed(item, names)]
    if not names:
        return [value]
    return _indexed(value.get(names[0]) if isinstance(value, Mapping) else None, names[1:])


def _value(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _top_level(document: Document, changes: Mapping[str, Any]) -> Document:
    """`$set` by top-level fields: mongomock cannot append to an array by the path of a new element."""
    after = deepcopy({path.split(".")[0]: document.get(path.split(".")[0], {}) for path in changes})
    for path, value in changes.items():
        container: Any = after
        *parents, last = path.split(".")
        for name in parents:
            container = _entry(container, name)
        if isinstance(container, list):
            _entry(container, last)
            container[int(last)] = value
        else:
            container[last] = value
    return after


def _entry(container: Any, name: str) -> Any:
    if not isinstance(container, list):
        return container.setdefault(name, {})
    if int(name) == len(container):
        container.append({})
    return container[int(name)]


# The aggregation operators that our stores use, on evaluated arguments.
_OPERATORS: dict[str, Callable[[Any], Any]] = {
    "$add": sum,
    "$arrayElemAt": lambda arguments: arguments[0][arguments[1]],
    "$concat": "".join,
    "$concatArrays": lambda arrays: [item for array in arrays for item in array],
    "$dateToString": lambda options: f"{options['date']:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
    "$indexOfArray": lambda arguments: arguments[0].index(arguments[1]),
    "$toString": str,
}


def _evaluate(expression: Any, document: Mapping[str, Any]) -> Any:
    """The value of an aggregation expression: of `$literal`, an operator, a field path, or a document or array."""
    match expression:
        case {"$literal": value}:
            return value
        case dict() if (operator := next(iter(expression), "")) in _OPERATORS:
            return _OPERATORS[operator](_evaluate(expression[operator], document))
        case dict():
            return {name: _evaluate(value, document) for name, value in expression.items()}
        case list():
            return [_evaluate(item, document) for item in expression]
        case str() if expression.startswith("$"):
            return _value(document, expression[1:])
        case _:
            return expression


def _duplicate_key(index: str) -> DuplicateKeyError:
    message = f"E11000 duplicate key error collection: test index: {index} dup key: {{ … }}"
    return DuplicateKeyError(message, 11000, {"errmsg": message})
