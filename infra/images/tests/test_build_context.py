"""The build context holds what the Dockerfiles copy: no secrets, history, packages or tests."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[3]
# Large folders of third-party files: whether one is included is checked, its content is not walked.
NOT_WALKED = {".git", ".venv", ".local", "node_modules", ".next", ".mypy_cache"}
FORBIDDEN = NOT_WALKED | {"tests", "docs", "__pycache__", ".env", ".github", ".ci", ".cache"}
DOCKERFILES = [ROOT / "infra/images/Dockerfile", ROOT / "client/Dockerfile", ROOT / "infra/stripe-emulator/Dockerfile"]
SERVICES = ("auth", "tickets", "orders", "payments", "expiration")

Pattern = tuple[bool, "re.Pattern[str]"]
WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def read_patterns(file: Path) -> list[Pattern]:
    """Each pattern of a .dockerignore and whether it excludes."""
    lines = [line.strip() for line in file.read_text().splitlines()]
    kept = [line for line in lines if line and not line.startswith("#")]
    return [(not line.startswith("!"), _compiled(line.lstrip("!").strip("/"))) for line in kept]


def _compiled(pattern: str) -> "re.Pattern[str]":
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(WILDCARDS.get(part, re.escape(part)) for part in parts))


def is_included(path: PurePosixPath, patterns: Sequence[Pattern]) -> bool:
    """As Docker decides: the last pattern that matches the path or one of its folders wins."""
    candidates = [str(path), *map(str, list(path.parents)[:-1])]
    matching = [excludes for excludes, pattern in patterns if any(map(pattern.fullmatch, candidates))]
    return not (matching and matching[-1])


PATTERNS = read_patterns(ROOT / ".dockerignore")


def build_context() -> Iterator[PurePosixPath]:
    for folder, folders, files in os.walk(ROOT):
        here = PurePosixPath(Path(folder).relative_to(ROOT).as_posix())
        yield from (path for name in (*folders, *files) if is_included(path := here / name, PATTERNS))
        folders[:] = [name for name in folders if name not in NOT_WALKED]


def test_build_context_has_no_secrets_history_packages_or_tests() -> None:
    found = list(build_context())
    assert len(found) > 200
    assert [path for path in found if FORBIDDEN & set(path.parts)] == []


@pytest.mark.parametrize(
    "path",
    [
        *(".env", "client/src/.env.local", "auth/src/.env", "client/src/node_modules/x/index.js", ".local/jwt-secret"),
        *("tests/support/src/x.py", "auth/tests/test_routes.py", "orders/src/ticketing_orders/__pycache__/app.pyc"),
    ],
)
def test_excluded_path_stays_out_at_any_depth(path: str) -> None:
    assert not is_included(PurePosixPath(path), PATTERNS)


@pytest.mark.parametrize("service", [*SERVICES, "infra/operations"])
@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_build_context_has_every_copied_file(file: Path, service: str) -> None:
    text = file.read_text().replace("${SERVICE}", service)
    copied = re.findall(r"^COPY (?!--from)(?:--chown=\S+ )?(.+) \S+$", text, re.MULTILINE)
    wanted = {*(word for words in copied for word in words.split()), *re.findall(r"type=bind,source=([^,]+)", text)}
    present = [str(path) for path in build_context() if (ROOT / path).is_file()]
    assert [want for want in wanted if not any(f"{path}/".startswith(f"{want}/") for path in present)] == []
