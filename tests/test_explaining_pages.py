"""docs/why-not.md and docs/from-the-course.md name what exists: figures, symbols and packages."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
QUESTIONS = re.split(r"^## ", (DOCS / "why-not.md").read_text(), flags=re.MULTILINE)[1:]
COURSE = (DOCS / "from-the-course.md").read_text()


def bold(text: str) -> list[str]:
    return re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)


def words(text: str) -> str:
    """In lower case, on one line, without the marks of emphasis, code and tables."""
    return " ".join(re.sub(r"[*`|]", " ", text.lower()).split())


def sources(question: str) -> str:
    pages = re.findall(r"\]\(((?:decisions|performance)/[\w-]+\.md)", question)
    return words(" ".join((DOCS / page).read_text() for page in pages))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.splitlines()[0])
def test_figures_are_on_linked_pages(question: str) -> None:
    found = sources(question)
    assert found
    assert [figure for figure in bold(question) if words(figure) not in found] == []


def test_questions_have_figures() -> None:
    assert sum(map(len, map(bold, QUESTIONS))) > 25


@pytest.mark.parametrize("page", ["architecture.md", "why-not.md", "from-the-course.md"])
def test_symbols_are_in_linked_files(page: str) -> None:
    links = re.findall(r"\[`(\w+)`\]\(([^)#]+\.\w+)\)", (DOCS / page).read_text())
    assert [name for name, path in links if not re.search(rf"\b{name}\b", (DOCS / path).read_text() + path)] == []


def test_named_packages_are_installed() -> None:
    python = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    client = json.loads((ROOT / "client" / "package.json").read_text())
    installed = {*python, *client["dependencies"], *client["devDependencies"]}
    assert len(bold(COURSE)) > 15
    assert set(bold(COURSE)) <= installed
