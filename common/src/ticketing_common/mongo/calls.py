"""The spans of calls to MongoDB, by OpenTelemetry's semantic conventions for databases.

A caller has one for each operation that it waits for, from its own point of view: concurrent calls share round trips
(`batching`), which belong to several traces.
"""

from ticketing_common.mongo.driver import Collection
from ticketing_common.observability import spans
from ticketing_common.observability.spans import Attributes, Span


class Calls:
    """Starts the spans of one collection's calls."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._known: dict[str, tuple[str, Attributes]] = {}

    def start(self, operation: str) -> Span:
        """Of a command of MongoDB, such as `find`."""
        if not spans.is_recording():
            return spans.NOT_RECORDED
        if operation not in self._known:
            self._known[operation] = self._describe(operation)
        return spans.client(*self._known[operation])

    def _describe(self, operation: str) -> tuple[str, Attributes]:
        name = self._collection.name
        attributes = {
            "db.system.name": "mongodb",
            "db.namespace": self._collection.database.name,
            "db.collection.name": name,
            "db.operation.name": operation,
        }
        return f"{operation} {name}", attributes
