"""Stop signals, also many at once: `timeout` and make both pass SIGTERM on."""

import signal
import subprocess
import sys
import time

import pytest

from ticketing_local.supervision.stopping import StopEvent

# Signals arrive at any moment of waiting and of handling another one.
WAITING = """
from ticketing_local.commands.up import _stop_event

with _stop_event() as stop:
    print("waiting", flush=True)
    for _ in range(100_000):
        stop.wait(0.01)
    print(stop.is_set(), flush=True)
"""


def test_signals_that_arrive_together_do_not_block_the_shutdown() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        deadline = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < deadline:
            process.send_signal(signal.SIGTERM)
        process.kill()
        assert process.stdout.read() == "True\n"


@pytest.mark.parametrize("timeout", [0, 0.01])
def test_waiting_ends_when_nothing_happens(timeout: float) -> None:
    stop = StopEvent()
    assert (stop.wait(timeout), stop.is_set()) == (False, False)
    stop.set()
    assert (stop.wait(), stop.wait(timeout), stop.is_set()) == (True, True, True)
