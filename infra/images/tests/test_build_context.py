"""What a build may see. Secrets, histories, packages and tests stay outside; what a Dockerfile copies is there."""

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from infra.images.ignoring import is_carried, read_patterns

ROOT = Path(__file__).parents[3]
PATTERNS = read_patterns(ROOT / ".dockerignore")
# Not walked into: thousands of files of others. Whether such a folder is carried is asked all the same.
CLOSED = {".git", ".venv", ".local", "node_modules", ".next", ".mypy_cache"}
FORBIDDEN = CLOSED | {"tests", "testing", "docs", "__pycache__", ".env", ".github", ".ci", ".cache", ".pytest_cache"}
DOCKERFILES = [*ROOT.glob("*/Dockerfile"), ROOT / "infra" / "local" / "Dockerfile"]


def carried() -> Iterator[PurePosixPath]:
    """Every path of this tree that a build gets."""
    for folder, folders, files in os.walk(ROOT):
        here = PurePosixPath(Path(folder).relative_to(ROOT).as_posix())
        yield from (path for name in (*folders, *files) if is_carried(path := here / name, PATTERNS))
        folders[:] = [name for name in folders if name not in CLOSED]


def test_no_build_gets_a_secret_a_history_packages_or_tests() -> None:
    found = list(carried())
    assert len(found) > 200
    assert [path for path in found if FORBIDDEN & set(path.parts)] == []


@pytest.mark.parametrize(
    "path",
    [
        *(".env", "client/src/.env.local", "auth/src/.env", "client/src/node_modules/x/index.js", ".local/jwt-secret"),
        *("common/src/ticketing_common/testing/fixtures.py", "orders/src/ticketing_orders/__pycache__/app.pyc"),
    ],
)
def test_what_must_stay_outside_does_so_wherever_it_turns_up(path: str) -> None:
    assert not is_carried(PurePosixPath(path), PATTERNS)


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_a_build_gets_what_its_dockerfile_copies(file: Path) -> None:
    text = file.read_text()
    copied = re.findall(r"^COPY (?!--from)(?:--chown=\S+ )?(.+) \S+$", text, re.MULTILINE)
    wanted = {*(word for words in copied for word in words.split()), *re.findall(r"type=bind,source=([^,]+)", text)}
    present = [str(path) for path in carried() if (ROOT / path).is_file()]
    assert [want for want in wanted if not any(f"{path}/".startswith(f"{want}/") for path in present)] == []
