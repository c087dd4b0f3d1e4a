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
    for url in re.findall(r"\]\(([^)\s]+)\)", text):
        # Badges: from the page on GitHub, this path leads to the workflow's runs in any fork.
        link = re.sub(r"^\.\./\.\./actions/workflows/([\w-]+\.yml)(/badge\.svg)?$", r".github/workflows/\1", url)
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


def named_in_text(page: Path, command: str) -> set[str]:
    """What follows this command in inline code: a target of make, or a subcommand."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)]
    found = (
        re.match(rf"(?:[A-Z_]+=\S+ )*(?:\S*bin/)?{command} (?:[A-Z_]+=\S+ )*([a-z][a-z-]+)", span) for span in spans
    )
    return {match[1] for match in found if match}


@pytest.mark.parametrize("page", [page for page in PAGES if not page.endswith("CHANGELOG.md")])
def test_commands_named_in_text_exist(page: str) -> None:
    """Old entries of the changelog name what there was."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named_in_text(ROOT / page, "make") - targets == set()
    for subcommand in named_in_text(ROOT / page, "ticketing"):
        with pytest.raises(SystemExit) as done:
            parser().parse_args([subcommand, "--help"])
        assert done.value.code == 0, subcommand


def test_command_that_does_not_exist_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Run `PORT=1 make X=2 runn` or `.venv/bin/ticketing\nstatuss --json`.")
    assert (named_in_text(page, "make"), named_in_text(page, "ticketing")) == ({"runn"}, {"statuss"})


def test_every_page_of_docs_is_in_the_index() -> None:
    """Directly, or in the index of its folder."""
    index = (ROOT / "docs/README.md").read_text()
    linked = {(ROOT / "docs" / link.partition("#")[0]).resolve() for link in re.findall(r"\]\(([^)]+)\)", index)}
    expected = [
        page for page in PAGES if page.startswith("docs/") and page.count("/") == 1 and page != "docs/README.md"
    ]
    folders = [page for page in PAGES if re.fullmatch(r"docs/[\w-]+/README\.md", page)]
    assert [page for page in expected + folders if (ROOT / page).resolve() not in linked] == []


def test_readme_is_read_in_three_minutes_and_each_topic_fits_on_a_screen() -> None:
    """At 250 words a minute, without pictures, addresses and marks."""
    text = (ROOT / "README.md").read_text()
    prose = re.sub(r"<!--.*?-->|!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)", " ", text)
    assert len(re.findall(r"\w[\w'/.-]*", prose)) <= 3 * 250
    assert max(len(section.splitlines()) for section in re.split(r"^## ", text, flags=re.MULTILINE)) <= 40
