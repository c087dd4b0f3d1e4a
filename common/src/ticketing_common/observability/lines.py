"""Log lines that are written all the time, for each request and message, rendered without a library.

Their constant fields are rendered and redacted once; what varies has a known shape, or goes through the redaction, too.
What is added in one turn of the event loop is written at once.
"""

import asyncio
import contextlib
import json
import sys
import threading
import time
from typing import Any

from ticketing_common.observability.redaction import redact, redact_text

# PIPE_BUF of Linux: so much is written to a pipe without lines of other processes in between.
_MAX_WRITE = 4096
_ID_CHARS = 24


class LineOutput:
    """Lines of this process, on their way to standard error. `logs.configure` enables it if INFO is logged, as JSON.

    A process that is killed loses those of the current turn of its event loop.
    """

    def __init__(self) -> None:
        self.enabled = False
        self.service = ""
        self._lines: list[str] = []
        self._scheduled_on: asyncio.AbstractEventLoop | None = None
        self._lock = threading.RLock()

    def add(self, line: str) -> None:
        """Write the line once the event loop has run what is ready. To be called in a coroutine."""
        self._lines.append(line)
        loop = asyncio.get_running_loop()
        if self._scheduled_on is not loop:
            self._scheduled_on = loop
            loop.call_soon(self._flush_scheduled)

    def flush(self) -> None:
        """Write what was added. A full disk or a closed pipe must not fail the work that is logged."""
        if not self._lines:
            return
        with self._lock:
            lines = self._lines[:]
            del self._lines[: len(lines)]  # not those that another thread has just added
            with contextlib.suppress(OSError, ValueError):
                for chunk in _chunks(lines):
                    sys.stderr.write(chunk)

    def _flush_scheduled(self) -> None:
        self._scheduled_on = None
        self.flush()


OUTPUT = LineOutput()


class Heads:
    """What the lines of one event have in common: its name, and the fields of which there are few combinations."""

    def __init__(self, event: str, *, names: tuple[str, ...]) -> None:
        self._event = event
        self._names = names
        self._heads: dict[tuple[Any, ...], str] = {}

    def get(self, values: tuple[Any, ...]) -> str:
        """The start of a line after its time, up to the next field."""
        head = self._heads.get(values)
        if head is None:
            head = self._heads[values] = self._render(values)
        return head

    def _render(self, values: tuple[Any, ...]) -> str:
        fields = redact(None, "info", dict(zip(self._names, values, strict=True)))
        rendered = json.dumps({"level": "info", "service": OUTPUT.service, "event": self._event, **fields})
        return f"{rendered[1:-1]}, "


class _Clock:
    """The time as `{"timestamp": "2026-11-26T10:00:00.000000Z", `; the part before the second is rendered once."""

    def __init__(self) -> None:
        self._second = 0
        self._prefix = ""

    def __call__(self) -> str:
        now = time.time()
        second = int(now)
        if second != self._second:
            self._prefix = time.strftime('{"timestamp": "%Y-%m-%dT%H:%M:%S.', time.gmtime(second))
            self._second = second
        return f'{self._prefix}{int((now - second) * 1_000_000):06d}Z", '


start = _Clock()


def quoted(value: str | None) -> str:
    """JSON of an id, of which any other text is redacted."""
    if value is None:
        return "null"
    if len(value) == _ID_CHARS and value.isalnum() and value.isascii():
        return f'"{value}"'
    return json.dumps(redact_text(value))


def _chunks(lines: list[str]) -> list[str]:
    """The lines in as few pieces as can be written undivided; a longer line is one by itself."""
    whole = "".join(lines)
    if len(whole) <= _MAX_WRITE:
        return [whole] if whole else []
    chunks, chunk = [], ""
    for line in lines:
        if chunk and len(chunk) + len(line) > _MAX_WRITE:
            chunks.append(chunk)
            chunk = ""
        chunk += line
    return [*chunks, chunk]
