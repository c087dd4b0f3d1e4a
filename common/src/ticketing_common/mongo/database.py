"""The connection to a service's database, and its indexes."""

import asyncio
from collections.abc import Mapping, Sequence

import structlog
from bson import ObjectId
from pymongo import IndexModel, WriteConcern
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from ticketing_common.errors import Unavailable
from ticketing_common.mongo import driver
from ticketing_common.mongo.driver import Collection, Document, Driver
from ticketing_common.mongo.errors import translated_errors

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 0.5
_PING_TIMEOUT_SECONDS = 1.0


def new_id() -> str:
    """A new id: 24 hex digits, ascending within a process."""
    return str(ObjectId())


class Database:
    """One service's database, `ready` once its indexes exist.

    Nothing may be written before: without a unique index two replicas could accept two orders for one ticket.
    """

    name = "mongo"

    def __init__(
        self,
        uri: str,
        *,
        default_name: str,
        indexes: Mapping[str, Sequence[IndexModel]],
        mongo_driver: Driver = "motor",
    ) -> None:
        self._client = driver.connect(
            uri,
            mongo_driver,
            serverSelectionTimeoutMS=3_000,
            connectTimeoutMS=2_000,
            socketTimeoutMS=5_000,  # a stopping process waits for it, and has ten seconds in total
            tz_aware=True,
            appname=default_name,
        )
        self._db = self._client.get_default_database(default_name)
        self._indexes = indexes
        self.ready = False

    def collection(self, name: str) -> Collection:
        """The collection, with writes that survive a crash: majority and journalled."""
        return self._db.get_collection(name, write_concern=WriteConcern(w="majority", j=True))

    @property
    def everything(self) -> AsyncDatabase[Document]:
        """The driver's own view, for operators' tools."""
        return self._db

    def require_ready(self) -> None:
        """Unavailable until the indexes exist."""
        if not self.ready:
            raise Unavailable("The service is starting. Try again in a few seconds.")

    async def run(self) -> None:
        """Create the indexes, retrying until it succeeds."""
        while not self.ready:
            try:
                await self._ensure_indexes()
                self.ready = True
                log.info("database.indexes_created", database=self._db.name)
            except Unavailable:
                await asyncio.sleep(_RETRY_SECONDS)

    async def ping(self) -> bool:
        """Whether the database responds within a second."""
        try:
            await asyncio.wait_for(self._client.admin.command("ping"), _PING_TIMEOUT_SECONDS)
        except (PyMongoError, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Close all connections."""
        await driver.close(self._client)

    async def _ensure_indexes(self) -> None:
        for name, indexes in self._indexes.items():
            async with translated_errors():
                await self.collection(name).create_indexes(list(indexes))
