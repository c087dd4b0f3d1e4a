"""Faults of one process: killed, paused, slow, away, crashing again and again."""

import os
import signal
import threading
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ticketing_local.chaos.fault import Target

# Of each tenth of a second a slow process runs for a fifth.
SLOW_PAUSE, SLOW_RUN = 0.08, 0.02
CRASH_EVERY_SECONDS = 2.0
STOPPED_WITHIN_SECONDS = 60.0
POLL_SECONDS = 0.02


@contextmanager
def killed(target: Target) -> Iterator[None]:
    """SIGKILL; the supervisor restarts it."""
    send(target, signal.SIGKILL)
    yield


@contextmanager
def paused(target: Target) -> Iterator[None]:
    """SIGSTOP: it keeps its connections and does nothing."""
    pid = send(target, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(pid, signal.SIGCONT)


@contextmanager
def slow(target: Target) -> Iterator[None]:
    """It gets a fifth of its time."""

    def pause_and_resume(done: threading.Event) -> None:
        pid = send(target, signal.SIGSTOP)
        try:
            done.wait(SLOW_PAUSE)
        finally:
            _signal(pid, signal.SIGCONT)
        done.wait(SLOW_RUN)

    with _repeating(pause_and_resume):
        yield


@contextmanager
def crashing(target: Target) -> Iterator[None]:
    """SIGKILL every other second."""

    def kill(done: threading.Event) -> None:
        send(target, signal.SIGKILL)
        done.wait(CRASH_EVERY_SECONDS)

    with _repeating(kill):
        yield


@contextmanager
def away(target: Target) -> Iterator[None]:
    """Killed and not restarted.

    The supervisor must stop it, or it would restart it; stopped first, the process never receives that SIGTERM.
    """
    pid = send(target, signal.SIGSTOP)
    try:
        target.supervisor.stop_process(target.process)
        _signal(pid, signal.SIGKILL)
        _wait_until(lambda: target.supervisor.states()[target.process].state == "stopped")
        yield
    finally:
        _signal(pid, signal.SIGCONT)
        with suppress(OSError, xmlrpc.client.Fault):  # the whole stack has been stopped, or somebody has started it
            target.supervisor.start_process(target.process)


def send(target: Target, number: signal.Signals) -> int:
    """Send the signal; the pid of the process, 0 while it does not run."""
    pid = target.pid()
    _signal(pid, number)
    return pid


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it has exited
        if pid:
            os.kill(pid, number)


@contextmanager
def _repeating(step: Callable[[threading.Event], None]) -> Iterator[None]:
    done = threading.Event()

    def repeat() -> None:
        with suppress(OSError):  # the whole stack has been stopped
            while not done.is_set():
                step(done)

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STOPPED_WITHIN_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
