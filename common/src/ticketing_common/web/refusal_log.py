"""Security events: a line for a refused request, but only the first of an address and a reason in each minute.

So a flood cannot fill the log; each request has a line of its own anyway (see `request_log`).
"""

import time
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

REFUSED = frozenset({401, 403, 429})
_WINDOW_SECONDS = 60.0
_MAX_LINES = 10_000  # in a window, which bounds the memory, too


class RefusalLog:
    """Writes `request.refused` lines."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._logged: set[tuple[str, str]] = set()
        self._ends = 0.0

    def write(self, request: tuple[str, str, int], *, address: str, user_id: str | None) -> None:
        """Log one refused request: its method, its route's template and its response's status."""
        method, route, status = request
        reason = _reason(status, signed_in=user_id is not None)
        if self._is_first(address, reason):
            log.info(
                "request.refused",
                reason=reason,
                method=method,
                route=route,
                status=status,
                client_address=address,
                user_id=user_id,
            )

    def _is_first(self, address: str, reason: str) -> bool:
        if self._clock() >= self._ends:
            self._logged.clear()
            self._ends = self._clock() + _WINDOW_SECONDS
        if (address, reason) in self._logged or len(self._logged) >= _MAX_LINES:
            return False
        self._logged.add((address, reason))
        return True


def _reason(status: int, *, signed_in: bool) -> str:
    if status == 401:  # noqa: PLR2004
        return "forbidden" if signed_in else "not_authenticated"
    return "cross_site" if status == 403 else "rate_limited"  # noqa: PLR2004
