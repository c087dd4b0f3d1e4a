"""`ticketing logs`: the end of the logs, and what is added to them."""

import os
import time
from pathlib import Path
from typing import TextIO

from ticketing_local.logfiles import last_lines, log_files
from ticketing_local.state import StateDir

POLL_SECONDS = 0.2


class Tail:
    """Reads what is added to a file, across its rotation."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: TextIO = path.open(errors="replace")
        self._file.seek(0, os.SEEK_END)
        self._rest = ""

    def new_lines(self) -> list[str]:
        """Whole lines only; the beginning of one waits for its end."""
        text = self._rest + self._file.read()
        if self._is_rotated():
            text += self._file.read()
            self._file.close()
            self._file = self.path.open(errors="replace")
            text += self._file.read()
        *lines, self._rest = text.split("\n")
        return lines

    def _is_rotated(self) -> bool:
        try:
            return self.path.stat().st_ino != os.fstat(self._file.fileno()).st_ino
        except FileNotFoundError:
            return False


def show_logs(state: StateDir, name: str | None, *, lines: int, follow: bool) -> int:
    """Print them, each line with its process's name when there are several. Follows until Ctrl-C."""
    paths = log_files(state, name)
    tails = [Tail(path) for path in paths]
    width = max(len(path.stem) for path in paths)
    for path in paths:
        _print(path, last_lines(path, lines), width if name is None else 0)
    while follow:
        for tail in tails:
            _print(tail.path, tail.new_lines(), width if name is None else 0)
        time.sleep(POLL_SECONDS)
    return 0


def _print(path: Path, lines: list[str], width: int) -> None:
    prefix = f"{path.stem:<{width}} | " if width else ""
    for line in lines:
        print(f"{prefix}{line}", flush=True)
