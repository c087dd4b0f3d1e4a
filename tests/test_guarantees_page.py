"""docs/guarantees.md speaks of tests and files that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "guarantees.md"


def names_in(file: Path) -> set[str]:
    """The names of a file's tests; none of a file that does not exist."""
    if not file.exists():
        return set()
    found = ast.walk(ast.parse(file.read_text()))
    return {node.name for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_that_the_guarantees_cite_exists() -> None:
    cited = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE.read_text())
    assert len(cited) > 20
    assert [f"{file}::{name}" for file, name in cited if name not in names_in(ROOT / file)] == []


def test_every_file_that_the_guarantees_link_to_exists() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", PAGE.read_text())
    assert [link for link in linked if not (PAGE.parent / link).exists()] == []


def test_no_promise_is_without_a_test() -> None:
    for promise in re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE):
        if re.match(r"I\d ", promise):
            assert "::test_" in promise, promise.splitlines()[0]
