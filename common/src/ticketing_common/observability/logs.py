"""Logs: one JSON object a line on standard error, with service, time and trace, and without secrets."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from ticketing_common.observability import tracing
from ticketing_common.observability.redaction import redact

# Libraries that say at INFO what is noise here, or a URL that may hold credentials.
_QUIET = ("httpx", "httpcore", "stripe", "pymongo", "nats", "asyncio", "watchfiles")


class _OurHandler(logging.StreamHandler[TextIO]):
    """Told from others' by its type, so that a second `configure` replaces it. Writes to what standard error is at
    that moment: who captures it may change it."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def configure(*, service: str, level: str = "INFO") -> None:
    """Send structlog's and the standard library's records the same way. Safe to call again."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _describe(service),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    _attach(_formatter(shared), level)


def _formatter(shared: list[Any]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), _drop_copies, *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(default=str),
        ],
    )


def _attach(formatter: logging.Formatter, level: str) -> None:
    handler = _OurHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [other for other in root.handlers if not isinstance(other, _OurHandler)] + [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        _let_through(logging.getLogger(name))
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _let_through(logger: logging.Logger) -> None:
    """Its lines go our way. One without handlers was switched off (`--no-access-log`) and stays so."""
    if logger.handlers:
        logger.handlers.clear()
        logger.propagate = True


def _drop_copies(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The text a second time: uvicorn adds it in colour, another handler's formatter leaves it in the record."""
    for name in ("color_message", "message"):
        event.pop(name, None)
    return event


def _describe(service: str) -> Any:
    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        trace_id = tracing.trace_id()
        if trace_id is not None:
            event["trace_id"] = trace_id
        return event

    return add
