"""A service's database in memory."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import IndexModel

from ticketing_common.mongo import Database
from ticketing_test_support.memory.collection import Collection, WriteFaults


class InMemoryDatabase(Database):
    """Always ready. `faults` befall the writes of all its collections."""

    def __init__(self, indexes: Mapping[str, Sequence[IndexModel]], faults: WriteFaults | None = None) -> None:
        self._indexes = indexes
        self._faults = faults or WriteFaults()
        self._collections: dict[str, Any] = {}
        self.ready = True

    def collection(self, name: str) -> Any:
        if name not in self._collections:
            self._collections[name] = Collection(self._indexes.get(name, ()), self._faults)
        return self._collections[name]

    async def run(self) -> None:
        """Nothing has to be created."""

    async def ping(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing is open."""
