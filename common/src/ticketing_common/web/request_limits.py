"""How many requests one address, and one user, may send. Each process counts for itself: no request waits for another
server, and none is refused because one is away.
"""

import math
import time
from collections.abc import Callable

from limits import RateLimitItem

from ticketing_common.errors import TooManyRequests

# About 10 MB. Beyond that the key counted for longest is forgotten.
MAX_KEYS = 100_000


class RequestCounter:
    """Counts by key in fixed windows, the same for all keys, so that all counts are forgotten at once.

    Not by the library of `rate_limits`: this runs for each request, costs a tenth, and its memory is bounded.
    """

    def __init__(
        self, rate: RateLimitItem, *, clock: Callable[[], float] = time.monotonic, max_keys: int = MAX_KEYS
    ) -> None:
        self._limit = rate.amount
        self._seconds = rate.get_expiry()
        self._clock = clock
        self._max_keys = max_keys
        self._counts: dict[str, int] = {}
        self._ends = 0.0

    def count(self, key: str) -> None:
        """Count one request. Raises TooManyRequests beyond the rate."""
        now = self._clock()
        if now >= self._ends:
            self._counts, self._ends = {}, now + self._seconds
        number = self._counts.get(key, 0) + 1
        if number > self._limit:
            raise TooManyRequests(retry_after=math.ceil(self._ends - now))
        self._counts[key] = number
        if len(self._counts) > self._max_keys:
            del self._counts[next(iter(self._counts))]
