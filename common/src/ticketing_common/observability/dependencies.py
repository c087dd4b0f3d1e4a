"""Whether the servers that this process depends on answer: one line when one goes away, and one when it is back.

Whoever calls a server reports each outcome here, and logs nothing of an outage itself.
"""

import time
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

_MAX_ERROR_CHARS = 200


class Dependency:
    """One of them. While it is away and comes back, calls of both outcomes overlap; they leave two lines all the same.

    It counts as back when a call has succeeded and none has failed for `settle_seconds`.
    """

    def __init__(self, name: str, *, settle_seconds: float = 2.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._settle_seconds = settle_seconds
        self._clock = clock
        self._away_since: float | None = None
        self._failed_at = 0.0
        self._works_since: float | None = None
        self._recovered_at = 0.0

    @property
    def away(self) -> bool:
        """Whether its last calls failed."""
        return self._away_since is not None

    def failed(self, error: object, *, started: float | None = None, **details: str) -> None:
        """Report a call that `started` then (in monotonic time): it was not answered, or the server cannot do its work.

        `details` say what happens instead.
        """
        if started is not None and started < self._recovered_at:
            return  # the call was made in the outage that is over
        now = self._clock()
        self._failed_at, self._works_since = now, None
        if self._away_since is None:
            self._away_since = now
            log.warning("dependency.unavailable", dependency=self._name, error=_text(error), **details)

    def succeeded(self, *, started: float | None = None) -> None:
        """Report that it answered."""
        if self._away_since is None or (started is not None and started < self._failed_at):
            return
        now = self._clock()
        if self._works_since is None:
            self._works_since = now
        if now - self._failed_at >= self._settle_seconds:
            seconds = round(self._works_since - self._away_since, 1)
            self._away_since, self._recovered_at = None, now
            log.info("dependency.recovered", dependency=self._name, seconds=seconds)


def _text(error: object) -> str:
    """Drivers give long descriptions, of which the beginning says what is wrong."""
    return (repr(error) if isinstance(error, BaseException) else str(error))[:_MAX_ERROR_CHARS]


# Those that a process calls from several places.
MONGODB = Dependency("mongodb")
REDIS = Dependency("redis")
