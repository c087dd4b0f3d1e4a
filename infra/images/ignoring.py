"""What .dockerignore lets into a build, as Docker decides it: the last pattern that fits a path or its folder wins."""

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

Pattern = tuple[bool, "re.Pattern[str]"]
MEANINGS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def read_patterns(file: Path) -> list[Pattern]:
    """Whether it excludes, and what it fits."""
    lines = [line.strip() for line in file.read_text().splitlines()]
    kept = [line for line in lines if line and not line.startswith("#")]
    return [(not line.startswith("!"), _compiled(line.lstrip("!").strip("/"))) for line in kept]


def is_carried(path: PurePosixPath, patterns: Sequence[Pattern]) -> bool:
    """Whether a build gets this path, given from the root of the repository."""
    candidates = [str(path), *map(str, list(path.parents)[:-1])]
    fitting = [excludes for excludes, fits in patterns if any(map(fits.fullmatch, candidates))]
    return not (fitting and fitting[-1])


def _compiled(pattern: str) -> "re.Pattern[str]":
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(MEANINGS.get(part, re.escape(part)) for part in parts))
