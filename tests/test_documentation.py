"""Links in the documentation resolve."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ticketing_local.cli import parser

ROOT = Path(__file__).parents[1]
PAGES = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=False,
).stdout.split()


def anchors(page: Path) -> set[str]:
    """Those that GitHub makes from headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if "://" not in link and not (target.exists() and (not anchor or anchor in anchors(target))):
            yield link


@pytest.mark.parametrize("page", PAGES)
def test_links_resolve(page: str) -> None:
    assert list(broken_links(ROOT / page)) == []


def commands(page: Path) -> Iterator[list[str]]:
    """The arguments of each `ticketing` command in a block of shell commands."""
    for block in re.findall(r"```(?:bash|sh)\n(.*?)```", page.read_text(), re.DOTALL):
        text = re.sub(r"\$\([^)]*\)", "…", block.replace("\\\n", " "))
        for line in text.splitlines():
            words = shlex.split(line, comments=True) if "bin/ticketing" in line else []
            starts = [place + 1 for place, word in enumerate(words) if word.endswith("bin/ticketing")]
            yield from (words[start:] for start in starts)


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith(("docs/", "infra/", "README"))])
def test_documented_commands_have_valid_arguments(page: str) -> None:
    for arguments in commands(ROOT / page):
        assert parser().parse_args(arguments).command == arguments[0]


def test_commands_of_the_runbook_are_found() -> None:
    assert {arguments[0] for arguments in commands(ROOT / "docs/runbook.md")} >= {"audit", "backup", "restore", "dead"}
