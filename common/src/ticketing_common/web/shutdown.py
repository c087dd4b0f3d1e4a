"""Graceful shutdown: on SIGTERM readiness goes off, and a moment later the server stops accepting connections.

In between, routers that have not noticed yet still send requests.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def drain_before_stop(*on_drain: Callable[[], None], delay_seconds: float) -> Iterator[None]:
    """Inside, SIGTERM calls `on_drain` at once and the previous handler (uvicorn's) `delay_seconds` later.

    Does nothing outside the main thread, or without a previous handler, as in tests.
    """
    previous = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or not callable(previous):
        yield
        return
    stop = previous
    loop = asyncio.get_running_loop()

    def handle(signum: int, frame: FrameType | None) -> None:
        for drain in on_drain:
            loop.call_soon_threadsafe(drain)
        loop.call_soon_threadsafe(loop.call_later, delay_seconds, stop, signum, frame)

    signal.signal(signal.SIGTERM, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
