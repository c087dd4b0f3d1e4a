"""Whole databases as BSON documents, the form that `mongodump` writes and `mongorestore` reads."""

import asyncio
import struct
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, BinaryIO

from bson import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.collection import AsyncCollection

from ticketing_common.mongo.database import Database
from ticketing_common.mongo.errors import translated_errors

_BATCH = 1_000
_LENGTH = struct.Struct("<i")
_RAW: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument, tz_aware=True)


class DamagedBackup(Exception):
    """A file ends inside a document."""


async def collection_names(database: Database) -> list[str]:
    """The collections of this database, in order of name."""
    async with translated_errors():
        names = await database.everything.list_collection_names()
    return sorted(name for name in names if not name.startswith("system."))


async def count_documents(database: Database, collection: str) -> int:
    """An estimate that does not read them."""
    async with translated_errors():
        return int(await database.collection(collection).estimated_document_count())


async def read_documents(database: Database, collection: str) -> AsyncIterator[bytes]:
    """Every document, as BSON, without keeping more than a batch in memory."""
    documents: AsyncCollection[Any] = database.everything.get_collection(collection, codec_options=_RAW)
    async with translated_errors():
        async for document in documents.find({}, batch_size=_BATCH):
            yield document.raw


async def insert_documents(database: Database, collection: str, documents: Iterable[bytes]) -> AsyncIterator[int]:
    """Insert them in batches; after each, how many there are so far. DuplicateKey when one is there already."""
    target: AsyncCollection[Any] = database.collection(collection)
    source, done = iter(documents), 0
    while batch := list(islice(source, _BATCH)):
        async with translated_errors():
            await target.insert_many([RawBSONDocument(document) for document in batch])
        yield (done := done + len(batch))


def split_documents(file: BinaryIO) -> Iterator[bytes]:
    """The documents of a `.bson` file. Raises DamagedBackup."""
    while head := file.read(_LENGTH.size):
        length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 0
        document = head + file.read(length - _LENGTH.size) if length > _LENGTH.size else b""
        if len(document) != length or not length:
            raise DamagedBackup
        yield document


async def lock_writes(databases: Sequence[Database]) -> None:
    """Until `unlock_writes`, their servers flush to disk, go on reading and let all writes wait."""
    for database in databases:
        await _admin(database, {"fsync": 1, "lock": True})


async def unlock_writes(databases: Sequence[Database]) -> None:
    """A server counts its locks: each database has to be given back once. One that fails keeps no other locked."""
    unlocking = (_admin(database, {"fsyncUnlock": 1}) for database in databases)
    for failure in await asyncio.gather(*unlocking, return_exceptions=True):
        if failure is not None:
            raise failure


async def _admin(database: Database, command: Mapping[str, Any]) -> None:
    async with translated_errors():
        await database.everything.client.admin.command(dict(command))
