"""Logs on standard error: one JSON object per line, or coloured text for a terminal, with service, time and trace, and
without secrets."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal, TextIO

import structlog

from ticketing_common.observability import tracing
from ticketing_common.observability.lines import OUTPUT
from ticketing_common.observability.redaction import redact

LogFormat = Literal["json", "console"]

# Whoever reads raw JSON finds these at the same place in every line.
_FIRST = ("timestamp", "level", "service", "event")
# Libraries whose INFO records are noise here, or may contain URLs with credentials.
_QUIET = ("httpx", "httpcore", "stripe", "pymongo", "nats", "asyncio", "watchfiles")
# Of `http_protocol`: each request that cannot be parsed has a warning, and anybody may send any number of them.
_HTTP_PROTOCOL = "uvicorn.error.protocol"


class _Handler(logging.StreamHandler[TextIO]):
    """Has its own type, so that a second `configure` replaces it. Writes to the current standard error, which tests
    capture, after the lines that came before."""

    def emit(self, record: logging.LogRecord) -> None:
        OUTPUT.flush()
        self.stream = sys.stderr
        super().emit(record)

    def flush(self) -> None:
        """Called at exit, too."""
        OUTPUT.flush()
        super().flush()


def configure(*, service: str, level: str = "INFO", log_format: LogFormat | None = None) -> None:
    """Format structlog's and the standard library's records the same way. May be called again.

    Without `log_format`, text if standard error is a terminal, else JSON.
    """
    log_format = log_format or ("console" if sys.stderr.isatty() else "json")
    OUTPUT.service = service
    OUTPUT.enabled = log_format == "json" and logging.getLevelName(level) <= logging.INFO
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.format_exc_info,
        redact,  # before our own fields are added, which are harmless: it takes the most time of all
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_context(service),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    _attach(_formatter(shared, log_format), level)


def _formatter(shared: list[Any], log_format: LogFormat) -> logging.Formatter:
    json = [_order, structlog.processors.JSONRenderer(default=str)]
    renderers = json if log_format == "json" else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), _drop_duplicates, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
    )


def _attach(formatter: logging.Formatter, level: str) -> None:
    handler = _Handler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [other for other in root.handlers if not isinstance(other, _Handler)] + [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        _propagate(logging.getLogger(name))
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(_HTTP_PROTOCOL).setLevel(logging.ERROR)


def _propagate(logger: logging.Logger) -> None:
    """Use our handler and level. A logger without handlers was switched off (`--no-access-log`) and stays off."""
    logger.setLevel(logging.NOTSET)
    if logger.handlers:
        logger.handlers.clear()
        logger.propagate = True


def _drop_duplicates(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Remove copies of the text: uvicorn adds a coloured one, and other formatters leave one in the record."""
    for name in ("color_message", "message"):
        event.pop(name, None)
    return event


def _order(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    first = {name: event.pop(name) for name in _FIRST if name in event}
    return {**first, **event}


def _add_context(service: str) -> Any:
    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        trace_id = tracing.trace_id()
        if trace_id is not None:
            event["trace_id"] = trace_id
        return event

    return add
