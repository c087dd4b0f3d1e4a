"""A program that runs another one, which a test can stop dead at any step of `ticketing_common.steps`:

    python -m ticketing_common.testing.crashing FOLDER -m uvicorn ticketing_orders.main:app --port 8001

A test puts a `Point` into FOLDER (`arm`). The first process that comes to it takes it away, leaves word (`Point.death`)
and ends itself by SIGKILL: nothing is flushed, closed or answered. Which use case is at work is read off the stack, so
production code names none. Each kind of step that was ever come to stands in FOLDER/SEEN.
"""

import json
import os
import runpy
import signal
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from uuid import uuid4

from ticketing_common import steps
from ticketing_common.steps import Step

SEEN = "seen.jsonl"
_ARMED, _TAKEN, _DIED = ".armed", ".taken", ".died"

# The durable and the message that this task works on.
_hearing: ContextVar[tuple[str, str]] = ContextVar("hearing", default=("", ""))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process has come to: `inside` are the service's functions at work, outermost first, without its name,
    e.g. `use_cases.place_order`; `durable` is the listener at work, `subjects` what the relay has in hand."""

    step: Step
    durable: str = ""
    inside: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A place to die at; what is left empty is not looked at. `about` is a text, such as an id, that what is written,
    published or heard must contain, so that nobody else's work is meant."""

    place: Place
    about: str = ""

    def is_at(self, place: Place) -> bool:
        """Whether a process that has come to `place` has come to this point."""
        wanted = self.place
        return (
            wanted.step is place.step
            and wanted.durable in ("", place.durable)
            and set(wanted.inside) <= set(place.inside)
            and set(wanted.subjects) <= set(place.subjects)
        )


def arm(folder: Path, point: Point) -> str:
    """Let the next process under this folder that comes to `point` die there; the name to ask `death` with."""
    name = uuid4().hex[:12]
    _write(folder, name + _ARMED, {**asdict(point.place), "about": point.about})
    return name


def disarm(folder: Path, name: str) -> None:
    """Nobody shall die of it any more."""
    (folder / f"{name}{_ARMED}").unlink(missing_ok=True)


def death(folder: Path, name: str) -> int | None:
    """The pid of the process that died of what was armed under this name; None when none has."""
    word = folder / f"{name}{_DIED}"
    return int(json.loads(word.read_text())["pid"]) if word.exists() else None


def seen(folder: Path) -> set[Place]:
    """Every kind of place that any process under this folder has come to."""
    file = folder / SEEN
    return {_place(json.loads(line)) for line in file.read_text().splitlines()} if file.exists() else set()


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
        for file in self._folder.glob(f"*{_ARMED}"):
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
            if not Point(_place(told)).is_at(place) or told["about"] not in f"{_hearing.get()[1]} {about!r}":
                return
            file.rename(file.with_suffix(_TAKEN))
        except FileNotFoundError:  # another replica was there first, or the test thought better of it
            return
        _write(self._folder, file.stem + _DIED, {"pid": os.getpid()})
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


def _place(told: dict[str, str | list[str]]) -> Place:
    return Place(Step(str(told["step"])), str(told["durable"]), tuple(told["inside"]), tuple(told["subjects"]))


def _write(folder: Path, name: str, content: dict[str, object]) -> None:
    """Whole or not at all."""
    draft = folder / f".{name}.{os.getpid()}"
    draft.write_text(json.dumps(content))
    draft.rename(folder / name)


def main() -> None:
    """Watch, and become the program."""
    _, folder, _m, module, *arguments = sys.argv
    steps.watch(Executioner(Path(folder)))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
