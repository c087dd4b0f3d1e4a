"""Progress of long steps, on the terminal."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

_EVERY_SECONDS = 0.5


def say(text: str) -> None:
    """One line."""
    print(text, flush=True)


@contextmanager
def timed(text: str) -> Iterator[None]:
    """Show that a step runs, then how long it took."""
    print(f"  {text} …", end="", flush=True)
    started_at = time.monotonic()
    yield
    print(f" {time.monotonic() - started_at:.1f} s", flush=True)


def show_progress(text: str, items: Iterable[T], total: int) -> Iterator[T]:
    """Yield the items, and show their number in place on a terminal, elsewhere only when all are done."""
    last, started_at, done = 0.0, time.monotonic(), 0
    for done, item in enumerate(items, start=1):
        yield item
        if sys.stdout.isatty() and time.monotonic() - last > _EVERY_SECONDS:
            last = time.monotonic()
            print(f"\r  {text}: {done} of {total}", end="", flush=True)
    start = "\r" if sys.stdout.isatty() else ""
    print(f"{start}  {text}: {done} of {total} in {time.monotonic() - started_at:.1f} s", flush=True)
