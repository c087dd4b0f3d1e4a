"""Each figure of docs/why-not.md is on a page that its section links to."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
SECTIONS = re.split(r"^## ", (DOCS / "why-not.md").read_text(), flags=re.MULTILINE)[1:]


def words(text: str) -> str:
    """In lower case, on one line, without the marks of emphasis, code and tables."""
    return " ".join(re.sub(r"[*`|]", " ", text.lower()).split())


def sources(section: str) -> str:
    pages = re.findall(r"\]\(((?:decisions|performance)/[\w-]+\.md)", section)
    return words(" ".join((DOCS / page).read_text() for page in pages))


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.splitlines()[0])
def test_figures_are_on_linked_pages(section: str) -> None:
    found = sources(section)
    assert found
    assert [figure for figure in re.findall(r"\*\*(.+?)\*\*", section, re.DOTALL) if words(figure) not in found] == []


def test_questions_have_figures() -> None:
    assert sum(section.count("**") for section in SECTIONS) // 2 > 25
