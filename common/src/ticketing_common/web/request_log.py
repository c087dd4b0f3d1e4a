"""The line that each request leaves in the log. It has neither the query string nor the body, which may be secret."""

import logging

import structlog

from ticketing_common.observability import tracing
from ticketing_common.observability.lines import OUTPUT, Heads, quoted, start

log = structlog.get_logger(__name__)
# Asked first: structlog asks it only when the line is complete, which takes longer than to write it by `OUTPUT`.
_LOGGER = logging.getLogger(__name__)

_CONSTANT = ("method", "route", "status")


class RequestLog:
    """Writes `request` lines."""

    def __init__(self) -> None:
        self._heads = Heads("request", names=_CONSTANT)

    def write(self, request: tuple[str, str, int], *, seconds: float, user_id: str | None, request_id: str) -> None:
        """Log one request: its method, its route's template, and its response's status, 0 if there was none.

        `request_id` is one of `request_id.request_id`.
        """
        if OUTPUT.enabled:
            head = self._heads.get(request)
            OUTPUT.add(
                f'{start()}{head}"duration_ms": {seconds * 1000:.3f}, "user_id": {quoted(user_id)}, '
                f'"trace_id": "{tracing.trace_id()}", "request_id": "{request_id}"}}\n'
            )
        elif _LOGGER.isEnabledFor(logging.INFO):
            log.info(
                "request",
                **dict(zip(_CONSTANT, request, strict=True)),
                duration_ms=round(seconds * 1000, 3),
                user_id=user_id,
                request_id=request_id,
            )
