"""MongoDB: the connection, the indexes, and the compare-and-set write that stores state and its events together.

Every write is one document, acknowledged by a majority and journalled. There are no transactions, so one mongod is
enough. Driver errors leave as `Unavailable` (unreachable, or refusing writes) or `DuplicateKey` (a unique index).
"""

from ticketing_common.mongo.batching import SharedReads
from ticketing_common.mongo.collection import OUTBOX_INDEX, Documents
from ticketing_common.mongo.database import Database, new_id
from ticketing_common.mongo.driver import Document, Driver
from ticketing_common.mongo.errors import DuplicateKey, translated_errors
from ticketing_common.mongo.requests import REQUEST_INDEX, to_request
from ticketing_common.mongo.writes import Write, compare_and_set, insert

__all__ = [
    "OUTBOX_INDEX",
    "REQUEST_INDEX",
    "Database",
    "Document",
    "Documents",
    "Driver",
    "DuplicateKey",
    "SharedReads",
    "Write",
    "compare_and_set",
    "insert",
    "new_id",
    "to_request",
    "translated_errors",
]
