"""The processes' logs."""

from collections import deque
from pathlib import Path

from ticketing_local.errors import NoStack, SettingsError
from ticketing_local.state import StateDir


def log_files(state: StateDir, name: str | None) -> list[Path]:
    """One process's log, or all. Raises when there is none of that name."""
    known = sorted(state.logs.glob("*.log")) if state.logs.is_dir() else []
    if not known:
        raise NoStack(f"There are no logs in {state.root}: start a stack with `make run`")
    if name is None:
        return known
    chosen = [path for path in known if path.stem == name]
    if not chosen:
        raise SettingsError(f"There is no log of '{name}'; there are: {', '.join(path.stem for path in known)}")
    return chosen


def last_lines(path: Path, count: int) -> list[str]:
    """The end of a log, without line ends; nothing when it does not exist yet."""
    try:
        with path.open(errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, maxlen=count)]
    except FileNotFoundError:
        return []
