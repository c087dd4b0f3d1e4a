"""The choice of the MongoDB driver (`MONGO_DRIVER`): Motor, or its successor, PyMongo's own asynchronous client.

Both have the same methods, apart from those in this module, and are typed as PyMongo's.
"""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure

Document = dict[str, Any]
Client = AsyncMongoClient[Document]
Collection = AsyncCollection[Document]
Driver = Literal["motor", "pymongo"]

# BadValue: the hint names no index.
_NO_SUCH_INDEX = 2


def connect(uri: str, driver: Driver, **options: Any) -> Client:
    """A client that connects when it is first used; `options` as for MongoClient."""
    if driver == "pymongo":
        return AsyncMongoClient(uri, **options)
    return cast(Client, AsyncIOMotorClient(uri, **options))


async def aggregate(
    collection: Collection, pipeline: Sequence[Document], *, limit: int | None, index: str
) -> list[Document]:
    """Up to `limit` results, by the index of this name; without it while it does not exist, as after a restore."""
    try:
        return await _aggregate(collection, pipeline, limit, hint=index)
    except OperationFailure as error:
        if error.code != _NO_SUCH_INDEX:
            raise
        return await _aggregate(collection, pipeline, limit)


async def count(collection: Collection, query: Mapping[str, Any], *, index: str, **options: Any) -> int:
    """How many documents match, by the index of this name; without it while it does not exist, as after a restore."""
    try:
        return int(await collection.count_documents(query, hint=index, **options))
    except OperationFailure as error:
        if error.code != _NO_SUCH_INDEX:
            raise
        return int(await collection.count_documents(query, **options))


async def _aggregate(
    collection: Collection, pipeline: Sequence[Document], limit: int | None, **options: Any
) -> list[Document]:
    """Motor returns the cursor, PyMongo a coroutine for it."""
    cursor: Any = collection.aggregate(pipeline, **options)
    if inspect.isawaitable(cursor):
        cursor = await cursor
    return cast(list[Document], await cursor.to_list(limit))


async def close(client: Client) -> None:
    """Close all connections. PyMongo returns a coroutine, Motor None."""
    closing: Any = client.close()
    if inspect.isawaitable(closing):
        await closing
