"""Switches the recording of spans on and off. Only here, and only when it is on, OpenTelemetry's SDK is imported.

A collector that is away delays nothing: spans are sent in the background, from a queue that drops what it cannot hold.
One line is logged when that begins, and one when it ends.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from ticketing_common.observability import spans
from ticketing_common.observability.dependencies import Dependency
from ticketing_common.observability.sampling import Sampler

if TYPE_CHECKING:
    from ticketing_common.observability.otel import OtelRecorder

# A stopping process has ten seconds for everything.
FLUSH_SECONDS = 2.0
_FLUSH_SECONDS_WHILE_AWAY = 0.2


class Problems(logging.Handler):
    """Takes what the SDK logs: each problem is a span that was not sent."""

    def __init__(self, collector: Dependency) -> None:
        super().__init__(logging.WARNING)
        self._collector = collector

    def emit(self, record: logging.LogRecord) -> None:
        self._collector.failed(record.getMessage())


class Recording:
    """Of one process, which calls itself `service`: from `start` to `stop` its spans are recorded, if `enabled`.

    A background task, too: the first to start, and so the last to be closed.
    """

    name = "traces"

    def __init__(self, service: str, *, enabled: bool) -> None:
        self._service = service
        self._collector = Dependency("otlp", settle_seconds=0)
        self._recorder: OtelRecorder | None = None
        # Already now: what exists before requests are served is exempt from garbage collection.
        self._new_recorder = self._import_sdk() if enabled else None

    def start(self) -> None:
        """Begin, if enabled."""
        if self._new_recorder is not None:
            self._recorder = self._new_recorder()
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
            self._recorder.close(_FLUSH_SECONDS_WHILE_AWAY if self._collector.away else FLUSH_SECONDS)

    def _import_sdk(self) -> "Callable[[], OtelRecorder]":
        from ticketing_common.observability import otel  # noqa: PLC0415  # see above

        logger = logging.getLogger("opentelemetry")
        logger.handlers[:] = [Problems(self._collector)]
        logger.propagate = False
        return lambda: otel.OtelRecorder(
            self._service,
            otel.new_exporter(),
            Sampler.from_environment(),
            on_success=self._collector.succeeded,
        )
