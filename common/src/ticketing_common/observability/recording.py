"""Switches the recording of spans on and off. Only here, and only when it is on, OpenTelemetry's SDK is imported.

A collector that is away delays nothing: spans are sent in the background, from a queue that drops what it cannot hold.
It is logged once when that begins, and once when it ends.
"""

import asyncio
import logging
import time
from typing import TYPE_CHECKING

import structlog

from ticketing_common.observability import spans

if TYPE_CHECKING:
    from ticketing_common.observability.otel import OtelRecorder

log = structlog.get_logger(__name__)

# A stopping process has ten seconds for everything.
FLUSH_SECONDS = 2.0
_FLUSH_SECONDS_WHILE_AWAY = 0.2


class Outage(logging.Handler):
    """Of what the SDK logs, the first problem; the rest of it not before spans have been sent again."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._since: float | None = None

    @property
    def lasts(self) -> bool:
        """Whether spans cannot be sent."""
        return self._since is not None

    def emit(self, record: logging.LogRecord) -> None:
        if self._since is None:
            self._since = time.monotonic()
            log.warning("dependency.unavailable", dependency="otlp", error=record.getMessage())

    def end(self) -> None:
        """Spans were sent."""
        if self._since is not None:
            seconds = round(time.monotonic() - self._since, 1)
            self._since = None
            log.info("dependency.recovered", dependency="otlp", seconds=seconds)


class Recording:
    """Of one process, which calls itself `service`: from `start` to `stop` its spans are recorded, if `enabled`.

    A background task, too: the first to start, and so the last to be closed.
    """

    name = "traces"

    def __init__(self, service: str, *, enabled: bool) -> None:
        self._service = service
        self._enabled = enabled
        self._outage = Outage()
        self._recorder: OtelRecorder | None = None

    def start(self) -> None:
        """Begin, if enabled."""
        if not self._enabled:
            return
        from ticketing_common.observability import otel  # noqa: PLC0415  # see above

        self._listen(logging.getLogger("opentelemetry"))
        self._recorder = otel.OtelRecorder(self._service, otel.exporter(on_success=self._outage.end))
        spans.record_with(self._recorder)

    async def run(self) -> None:
        """Begin."""
        self.start()

    async def close(self) -> None:
        """Stop, beside what else runs."""
        await asyncio.to_thread(self.stop)

    def stop(self) -> None:
        """Send what was recorded, for a bounded time. Blocks."""
        spans.record_with(None)
        if self._recorder is not None:
            self._recorder.close(_FLUSH_SECONDS_WHILE_AWAY if self._outage.lasts else FLUSH_SECONDS)

    def _listen(self, logger: logging.Logger) -> None:
        logger.handlers[:] = [self._outage]
        logger.propagate = False
