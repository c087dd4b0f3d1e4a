"""Ids: 24 hex digits (MongoDB's ObjectId), whose first 8 are the second of their birth."""

import re
from datetime import UTC, datetime

_ID = re.compile(r"[0-9a-f]{24}")


def is_id(text: str) -> bool:
    """Whether `text` can be an id at all; what cannot is simply not found."""
    return _ID.fullmatch(text) is not None


def created_at(some_id: str) -> datetime:
    """When the id was made, to the second (UTC). `some_id` must be an id."""
    return datetime.fromtimestamp(int(some_id[:8], 16), UTC)
