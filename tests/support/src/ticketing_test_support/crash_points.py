"""Where a process shall die, told from a test to a process by files in a folder that both know."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from ticketing_common.steps import Step

SEEN = "seen.jsonl"
ARMED, TAKEN, DIED = ".armed", ".taken", ".died"


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
    write_whole(folder, name + ARMED, {**asdict(point.place), "about": point.about})
    return name


def disarm(folder: Path, name: str) -> None:
    """Nobody shall die of it any more."""
    (folder / f"{name}{ARMED}").unlink(missing_ok=True)


def death(folder: Path, name: str) -> int | None:
    """The pid of the process that died of what was armed under this name; None when none has."""
    word = folder / f"{name}{DIED}"
    return int(json.loads(word.read_text())["pid"]) if word.exists() else None


def seen(folder: Path) -> set[Place]:
    """Every kind of place that any process under this folder has come to."""
    file = folder / SEEN
    return {read_place(json.loads(line)) for line in file.read_text().splitlines()} if file.exists() else set()


def read_place(told: dict[str, str | list[str]]) -> Place:
    """From JSON."""
    return Place(Step(str(told["step"])), str(told["durable"]), tuple(told["inside"]), tuple(told["subjects"]))


def write_whole(folder: Path, name: str, content: dict[str, object]) -> None:
    """Whole or not at all."""
    draft = folder / f".{name}.{os.getpid()}"
    draft.write_text(json.dumps(content))
    draft.rename(folder / name)
