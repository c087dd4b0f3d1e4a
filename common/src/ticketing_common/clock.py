"""The machine's clock. Services take it as an argument, so that a test can bring another one."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)
