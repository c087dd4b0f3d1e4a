"""The tests that pages name exist, and each guarantee names one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "guarantees.md").read_text()
SECURITY = (ROOT / "SECURITY.md").read_text()


def functions_in(file: Path) -> set[str]:
    found = ast.walk(ast.parse(file.read_text())) if file.exists() else ()
    return {node.name for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("page", ["docs/architecture.md", "docs/guarantees.md", "SECURITY.md"])
def test_every_named_test_exists(page: str) -> None:
    named = re.findall(r"`([\w/-]+\.py)::(\w+)`", (ROOT / page).read_text())
    assert len(named) > 20
    assert [f"{file}::{name}" for file, name in named if name not in functions_in(ROOT / file)] == []


def test_every_guarantee_names_a_test() -> None:
    guarantees = [section for section in re.split(r"^## ", PAGE, flags=re.MULTILINE) if re.match(r"I\d+ ", section)]
    assert len(guarantees) == 12
    assert [section.splitlines()[0] for section in guarantees if "::test_" not in section] == []


def test_each_asvs_requirement_is_in_one_row() -> None:
    rows = re.findall(r"^\| ((?:\d+\.\d+\.\d+|V\d+).*?) \|", SECURITY, re.MULTILINE)
    named = [number for row in rows for number in requirements(row)]
    assert len(named) > 200
    assert sorted(named) == sorted(set(named))


def requirements(row: str) -> Iterator[str]:
    """The numbers that a row is about; ranges are written with a dash."""
    for first, last in re.findall(r"(\d+\.\d+\.\d+)(?:\u2013\d+\.\d+\.(\d+))?", row):
        section, _, number = first.rpartition(".")
        yield from (f"{section}.{n}" for n in range(int(number), int(last or number) + 1))
