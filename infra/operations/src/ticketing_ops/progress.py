"""Show on standard error how far a long command is."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

# On a terminal one line is rewritten; elsewhere lines follow each other, and short runs print none.
REDRAW_SECONDS = 0.2
LINE_SECONDS = 5.0
CLEAR_LINE = "\r\x1b[K"


class Progress:
    """Call `show` as often as you like, and `close` before other output."""

    def __init__(self, *, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = sys.stderr if out is None else out
        self._clock = clock
        self._is_terminal = self._out.isatty()
        self._shown_at = clock()
        self._is_line_open = False

    def show(self, text: str) -> None:
        """Show the latest state, unless the previous one is still new."""
        if self._clock() - self._shown_at < (REDRAW_SECONDS if self._is_terminal else LINE_SECONDS):
            return
        self._shown_at = self._clock()
        print(
            f"{CLEAR_LINE}{text}" if self._is_terminal else text, end="" if self._is_terminal else "\n", file=self._out
        )
        self._out.flush()
        self._is_line_open = self._is_terminal

    def close(self) -> None:
        """Clear the line of a terminal."""
        if self._is_line_open:
            print(CLEAR_LINE, end="", file=self._out, flush=True)
            self._is_line_open = False
