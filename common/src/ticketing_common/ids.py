"""Ids: 24 hex digits (MongoDB's ObjectId), of which the first 8 are the time of creation."""

import re
from datetime import UTC, datetime

PATTERN = "[0-9a-f]{24}"
_ID = re.compile(PATTERN)


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id; if not, the resource is simply not found."""
    return _ID.fullmatch(text) is not None


def created_at(some_id: str) -> datetime:
    """When the id was created, to the second (UTC). `some_id` must be an id."""
    return datetime.fromtimestamp(int(some_id[:8], 16), UTC)
