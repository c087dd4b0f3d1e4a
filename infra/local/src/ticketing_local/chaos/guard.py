"""Injects one fault in a process of its own, which undoes it even if the command that wanted it is killed.

`python -m ticketing_local.chaos.guard` reads one line of JSON: the fault, the process, the seconds and STATE_DIR. It
prints a line once the fault is there, and undoes it after these seconds or when its standard input ends, as it does
when the command ends, however that happens.
"""

import contextlib
import json
import os
import select
import signal
import sys
from pathlib import Path

from ticketing_local.chaos.catalogue import FAULTS
from ticketing_local.chaos.fault import Target
from ticketing_local.errors import NoStack
from ticketing_local.state import RunningStack, StateDir
from ticketing_local.supervision.supervisor import Supervisor

INJECTED = "injected"
_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def find_target(state: StateDir, process: str) -> Target:
    """The stack that runs on this state. Raises NoStack."""
    stack = RunningStack.load(state)
    if stack is None:
        raise NoStack(f"No stack is running on {state.root}: start one with `make run`")
    urls = {name: url for name, url in stack.urls.items() if url is not None}
    return Target(Supervisor(stack.socket), urls, process)


def main() -> None:
    """Inject, wait and undo."""
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    order = json.loads(sys.stdin.readline())
    target = find_target(StateDir(Path(order["state"])), order["process"])
    with FAULTS[order["fault"]].inject(target):
        with contextlib.suppress(OSError):  # nobody is left to read it
            os.write(sys.stdout.fileno(), f"{INJECTED}\n".encode())
        select.select([sys.stdin], [], [], order["seconds"])


if __name__ == "__main__":
    main()
