"""A terminal's screen that is drawn again and again, until `q`."""

import asyncio
import contextlib
import shutil
import sys
import termios
import tty
from collections.abc import Iterable, Iterator

# The alternate screen keeps what was there before; the cursor would flicker.
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _CLEAR_LINE, _CLEAR_BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


@contextlib.contextmanager
def screen(quit_requested: asyncio.Event) -> Iterator[None]:
    """While inside, keys are read one by one, and `q` sets the event; afterwards the terminal is as before."""
    descriptor = sys.stdin.fileno()
    settings = termios.tcgetattr(descriptor)
    loop = asyncio.get_running_loop()

    def read_key() -> None:
        if sys.stdin.read(1) in ("q", "Q", ""):
            quit_requested.set()

    try:
        tty.setcbreak(descriptor)
        loop.add_reader(descriptor, read_key)
        sys.stdout.write(_ENTER)
        yield
    finally:
        sys.stdout.write(_LEAVE)
        sys.stdout.flush()
        loop.remove_reader(descriptor)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, settings)


def draw(lines: Iterable[str]) -> None:
    """Replace what is shown, cut to the size of the terminal."""
    width, height = shutil.get_terminal_size()
    shown = [line[:width] for line in lines][: height - 1]
    sys.stdout.write(_HOME + "".join(f"{line}{_CLEAR_LINE}\n" for line in shown) + _CLEAR_BELOW)
    sys.stdout.flush()
