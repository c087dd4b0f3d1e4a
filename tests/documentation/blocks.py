"""Shell blocks of the documentation, and the marks above them that define how each is checked (CONTRIBUTING.md)."""

import re
import shlex
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHELL = {"bash", "sh", "shell", "console", "zsh"}
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>[\w-]*)[^\n`]*\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
MARK = re.compile(r"^ *<!-- (?P<kind>slow|until|run by|not run|output)(?:: (?P<text>.+?))? -->$")
# Folders whose commands change the checkout, and the tests that follow them in a copy.
FOLLOWED_BY = {"docs/exercises/": "tests/exercises"}


class UnknownMark(Exception):
    """A comment above a block that is none of the marks."""


@dataclass(frozen=True)
class Block:
    """A fenced block. `kind` is that of its mark: run (none), slow, until, run by, not run, or output."""

    page: str
    line: int
    language: str
    text: str
    kind: str
    note: str

    @property
    def name(self) -> str:
        """Where it is, as page:line."""
        return f"{self.page}:{self.line}"

    @property
    def commands(self) -> list[str]:
        """Its lines, without comments and continuations."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [" ".join(line.split()) for line in lines if line.strip() and not line.lstrip().startswith("#")]

    def words(self) -> list[list[str]]:
        """The words of each command that a shell's lexer can split."""
        return [shlex.split(line, comments=True) for line in self.commands]


def pages() -> list[str]:
    """Every page of the repository, also one that is not committed yet."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    return sorted(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


def blocks_in(page: str, text: str) -> list[Block]:
    """The page's fenced blocks. Raises UnknownMark."""
    return [_block(page, text, found) for found in FENCE.finditer(text)]


def all_blocks() -> list[Block]:
    """Every fenced block of every page that exists."""
    return [
        block for page in pages() if (ROOT / page).is_file() for block in blocks_in(page, (ROOT / page).read_text())
    ]


def shell_blocks() -> list[Block]:
    """Those that hold commands."""
    return [block for block in all_blocks() if block.language in SHELL]


def shown_output(commands: Block, text: str) -> Block | None:
    """What the page, which has this text, shows right below these commands as their output."""
    following = [block for block in blocks_in(commands.page, text) if block.line > commands.line]
    return following[0] if following and following[0].kind == "output" else None


def _block(page: str, text: str, found: re.Match[str]) -> Block:
    before = text[: found.start()].splitlines()
    # Prettier puts an empty line below comments.
    above = next((line for line in reversed(before) if line.strip()), "")
    mark = MARK.match(above)
    if mark is None and "<!--" in above:
        raise UnknownMark(f"{page}:{len(before)}: {above.strip()}")
    followed = next((tests for folder, tests in FOLLOWED_BY.items() if page.startswith(folder)), None)
    unmarked = ("run by", followed) if followed and found["language"] in SHELL else ("run", "")
    kind, note = (mark["kind"], mark["text"] or "") if mark else unmarked
    return Block(page, len(before) + 1, found["language"], textwrap.dedent(found["text"]), kind, note)
