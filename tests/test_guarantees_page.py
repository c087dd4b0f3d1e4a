"""Every guarantee on docs/guarantees.md names tests, and they exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "guarantees.md").read_text()


def functions_in(file: Path) -> set[str]:
    found = ast.walk(ast.parse(file.read_text())) if file.exists() else ()
    return {node.name for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_named_test_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) > 20
    assert [f"{file}::{name}" for file, name in named if name not in functions_in(ROOT / file)] == []


def test_every_guarantee_names_a_test() -> None:
    guarantees = [section for section in re.split(r"^## ", PAGE, flags=re.MULTILINE) if re.match(r"I\d ", section)]
    assert len(guarantees) == 9
    assert [section.splitlines()[0] for section in guarantees if "::test_" not in section] == []
