"""A program that runs another one, which a test can stop dead at any step of `ticketing_common.steps`:

    python -m ticketing_test_support.crashing_process FOLDER [--preload MODULE…] -m uvicorn ticketing_orders.main:app

A test arms a point of `crash_points` in FOLDER. The first process that comes to it takes it away, leaves word and ends
itself by SIGKILL: nothing is flushed, closed or answered. It is started again, from a process that has imported what
`--preload` names and done nothing else: what a start costs is mostly imports. Which use case is at work is read off
the stack, so production code names none. Each kind of place that was ever come to stands in FOLDER/SEEN.
"""

import ctypes
import importlib
import json
import os
import runpy
import signal
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from ticketing_common import steps
from ticketing_common.steps import Step
from ticketing_test_support.crash_points import ARMED, DIED, SEEN, TAKEN, Place, Point, read_place, write_whole

_PR_SET_PDEATHSIG = 1

# The durable and the message that this task works on.
_hearing: ContextVar[tuple[str, str]] = ContextVar("hearing", default=("", ""))


class Executioner:
    """Watches the steps of its process, and ends it at an armed point."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: set[Place] = set()

    def __call__(self, step: Step, about: tuple[object, ...]) -> None:
        if step is Step.HEARD:
            _hearing.set((str(about[0]), repr(about[1])))
        place = _here(step, about)
        self._note(place)
        for file in self._folder.glob(f"*{ARMED}"):
            self._die_if_meant(file, place, about)

    def _note(self, place: Place) -> None:
        """A line is written at once and whole, so that processes do not mix theirs."""
        if place not in self._seen:
            self._seen.add(place)
            with (self._folder / SEEN).open("a") as file:
                file.write(json.dumps(asdict(place)) + "\n")

    def _die_if_meant(self, file: Path, place: Place, about: tuple[object, ...]) -> None:
        try:
            told = json.loads(file.read_text())
            if not Point(read_place(told)).is_at(place) or told["about"] not in f"{_hearing.get()[1]} {about!r}":
                return
            file.rename(file.with_suffix(TAKEN))
        except FileNotFoundError:  # another replica was there first, or the test thought better of it
            return
        write_whole(self._folder, file.stem + DIED, {"pid": os.getpid()})
        os.kill(os.getpid(), signal.SIGKILL)


def _here(step: Step, about: tuple[object, ...]) -> Place:
    subjects = set[str]()
    if step in (Step.PUBLISHED, Step.PULLED):  # with: the relay's batch
        subjects = {envelope.subject for _, item in about[0] for envelope in item.envelopes}  # type: ignore[attr-defined]
    inside = tuple(reversed(list(_functions(sys._getframe()))))
    return Place(step, _hearing.get()[0], inside, tuple(sorted(subjects)))


def _functions(frame: FrameType | None) -> Iterator[str]:
    """The functions of a service at work, innermost first. A coroutine's caller is the one that awaits it."""
    while frame is not None:
        package, _, module = frame.f_globals.get("__name__", "").partition(".")
        if package.startswith("ticketing_") and package != "ticketing_common":
            yield f"{module}.{frame.f_code.co_qualname}"
        frame = frame.f_back


def main() -> None:
    """Watch, and run the program: again each time that it died at a point, in a new process with nothing but its
    imports done; otherwise end as it ended."""
    _, folder, *options, _m, module = sys.argv[: sys.argv.index("-m") + 2]
    for preload in options[1:]:  # after --preload
        importlib.import_module(preload)
    sys.argv = sys.argv[sys.argv.index("-m") + 1 :]
    status = _run_child(Path(folder), module)
    while os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        status = _run_child(Path(folder), module)
    sys.exit(os.waitstatus_to_exitcode(status))


def _run_child(folder: Path, module: str) -> int:
    """Its wait status. The signals that ask to stop are passed on."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _die_with_parent()
        steps.watch(Executioner(folder))
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        sys.exit()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: os.kill(child, number))
    status = os.waitpid(child, 0)[1]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    return status


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))


if __name__ == "__main__":
    main()
