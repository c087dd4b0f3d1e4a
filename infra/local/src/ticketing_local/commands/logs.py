"""`ticketing logs`: the end of the latest stack's logs, and what is appended to them."""

import contextlib
import os
import re
import sys
import time
from pathlib import Path
from typing import TextIO

from ticketing_local.errors import NoStack, SettingsError
from ticketing_local.log_text import as_text
from ticketing_local.state import RunningStack, StateDir

POLL_SECONDS = 0.2
TIMESTAMP = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[.\d]*")


class LogFile:
    """Reads a log as it grows, across its rotation."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self._path = path
        self._file: TextIO | None = None
        self._partial = ""
        self._timestamp = ""

    def new_lines(self) -> list[tuple[str, str]]:
        """Complete lines since the last call, each with its timestamp (or that of the line before)."""
        text = self._partial + self._read()
        if self._file is None or self._is_rotated():
            text += self._reopen()
        *lines, self._partial = text.split("\n")
        return [(self._timestamp_of(line), line) for line in lines]

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read(self) -> str:
        return self._file.read() if self._file is not None else ""

    def _reopen(self) -> str:
        rest = self._read()
        self.close()
        try:
            self._file = self._path.open(errors="replace")
        except FileNotFoundError:  # the process has not started yet
            return rest
        return rest + self._read()

    def _is_rotated(self) -> bool:
        try:
            return self._file is not None and self._path.stat().st_ino != os.fstat(self._file.fileno()).st_ino
        except FileNotFoundError:
            return False

    def _timestamp_of(self, line: str) -> str:
        if match := TIMESTAMP.search(line):
            self._timestamp = match[0].replace("/", "-").replace(" ", "T")
        return self._timestamp


def show_logs(state: StateDir, name: str | None, *, lines: int, follow: bool) -> int:
    """Print the last lines of one process, of all replicas of a service, or of all processes, in order of time.

    With `follow`, continue until Ctrl-C. In a terminal, JSON is shown as text.
    """
    processes = _processes(state, name)
    width = max(map(len, processes)) if len(processes) > 1 else 0
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(contextlib.closing(LogFile(state.log(process)))) for process in processes]
        _print({file.name: file.new_lines()[-lines:] if lines else [] for file in files}, width)
        while follow:
            time.sleep(POLL_SECONDS)
            _print({file.name: file.new_lines() for file in files}, width)
    return 0


def _processes(state: StateDir, name: str | None) -> list[str]:
    """The latest stack's processes that are meant: earlier runs may have left logs under other names."""
    stack = RunningStack.load(state)
    if stack is None:
        raise NoStack(f"There are no logs in {state.root}: start a stack with `make run`")
    known = [*stack.urls, "supervisord"]
    chosen = [process for process in known if name in (None, process, re.sub(r"-\d+$", "", process))]
    if not chosen:
        raise SettingsError(f"There is no process '{name}'; there are: {', '.join(known)}")
    return chosen


def _print(lines: dict[str, list[tuple[str, str]]], width: int) -> None:
    """Each line with its process's name, unless there is only one process."""
    timestamped = [(timestamp, name, line) for name, found in lines.items() for timestamp, line in found]
    in_terminal = sys.stdout.isatty()
    for _, name, raw in sorted(timestamped, key=lambda item: item[0]):
        line = as_text(raw) if in_terminal else raw
        print(f"{name:<{width}} | {line}" if width else line, flush=True)
