"""The system clock. Services take the time as an argument, so that tests can set it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The current time, timezone-aware."""
    return datetime.now(UTC)
