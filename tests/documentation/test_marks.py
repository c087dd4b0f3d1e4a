"""Each shell block is run, or its mark names what runs it, or why nothing does."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from tests.documentation.blocks import (
    FENCE,
    ROOT,
    SHELL,
    Block,
    UnknownMark,
    all_blocks,
    blocks_in,
    pages,
    shell_blocks,
)
from tests.documentation.complete import missing

# Blocks that nothing runs. Change a number only together with a page.
NOT_RUN = {
    "needs Minikube": 7,
    "needs a cluster": 3,
    "needs a published release": 5,
    "needs a registry": 2,
    "needs a Stripe account": 1,
    "needs mkcert": 1,
    "changes files of the checkout": 1,
}
TEXT = {"text", "python", "yaml", "json", "mermaid", "diff", "toml", "ini", "tsx", "ts", "typescript", "html"}


def test_blocks_that_are_not_run_are_counted() -> None:
    assert Counter(block.note for block in shell_blocks() if block.kind == "not run") == NOT_RUN


def test_every_block_names_its_language() -> None:
    """Otherwise commands could hide in it."""
    assert [block.name for block in all_blocks() if block.language not in SHELL | TEXT] == []


def test_no_block_hides_from_the_tests() -> None:
    """Fences of tildes or four ticks, and code that is only indented, are not read."""
    hidden = {page: hidden_blocks((ROOT / page).read_text()) for page in pages() if (ROOT / page).is_file()}
    assert {page: found for page, found in hidden.items() if found} == {}


def hidden_blocks(text: str) -> list[str]:
    outside = FENCE.sub("", text)
    return re.findall(r"^ *(?:~~~|```).*$|(?<=\n\n) {4,}(?:make|kubectl|docker|git|\.venv)\b.*$", outside, re.MULTILINE)


@pytest.mark.parametrize("block", ["~~~bash\nmake x\n~~~", "````sh\nmake x\n````", "    make x"])
def test_hidden_block_is_noticed(block: str) -> None:
    assert hidden_blocks(f"{PAGE}\nText.\n\n{block}\n") != []
    assert hidden_blocks(PAGE) == []


def test_marks_are_above_commands_and_outputs_below_them() -> None:
    blocks = all_blocks()
    assert [block.name for block in blocks if block.kind != "run" and block.language not in SHELL | {"text"}] == []
    outputs = [(before, block) for before, block in pairwise(blocks) if block.kind == "output"]
    assert [shown.name for before, shown in outputs if before.page != shown.page or before.language not in SHELL] == []


def not_run_by(block: Block) -> list[str]:
    """The commands that the named jobs, `workflow.yml job job`, or the named tests do not run."""
    name, *jobs = block.note.split()
    if name.endswith(".yml"):
        workflow = yaml.safe_load((ROOT / ".github/workflows" / name).read_text())
        scripts = "\n".join(step.get("run", "") for job in jobs for step in workflow["jobs"][job]["steps"])
        return [command for command in block.commands if _without_examples(command) not in scripts]
    tests = [ROOT / name] if name.endswith(".py") else [*(ROOT / name).rglob("*.py")]
    text = "".join(test.read_text() for test in tests)
    return [" ".join(words) for words in block.words() if not _is_in(text, words)]


def _is_in(tests: str, words: list[str]) -> bool:
    """Whether the tests read the page, or name the script or the subcommand."""
    names = {Path(word).name for word in words if len(word) > 4 and not word.startswith("-")}
    named = names - {"docker", "ticketing", "forward.sh"}
    return "README" in tests or any(re.search(rf"\b{re.escape(name)}\b", tests) for name in named)


def _without_examples(command: str) -> str:
    """Without its comment, and without values that are yours to fill in."""
    return re.sub(r"\s+(#.*|\S+=\S*…)", "", command)


@pytest.mark.parametrize("block", [block for block in shell_blocks() if block.kind == "run by"], ids=lambda b: b.name)
def test_named_job_or_test_runs_the_commands(block: Block) -> None:
    assert not_run_by(block) == []


PAGE = """\
<!-- slow -->
```bash
make run   # comment
```

1. Item
   <!-- not run: needs a cluster -->
   ```sh
   minikube start \\
     --cpus=4
   ```

```text
out
```
"""


def test_blocks_and_marks_are_found() -> None:
    blocks = blocks_in("page.md", PAGE)
    assert [(block.line, block.kind, block.note) for block in blocks] == [
        (2, "slow", ""),
        (8, "not run", "needs a cluster"),
        (13, "run", ""),
    ]
    assert blocks[1].commands == ["minikube start --cpus=4"]


def test_empty_line_below_a_mark_changes_nothing() -> None:
    apart = PAGE.replace("-->\n", "-->\n\n")
    assert [block.kind for block in blocks_in("page.md", apart)] == ["slow", "not run", "run"]


def test_unknown_mark_is_an_error() -> None:
    with pytest.raises(UnknownMark, match=r"page\.md:1"):
        blocks_in("page.md", PAGE.replace("slow", "slowly"))


def test_job_that_does_not_run_a_command_is_noticed() -> None:
    marked = PAGE.replace("<!-- slow -->", "<!-- run by: tests.yml lint -->")
    assert not_run_by(blocks_in("page.md", marked)[0]) == ["make run # comment"]
    assert not_run_by(blocks_in("page.md", marked.replace("make run", "make lint"))[0]) == []


def test_folder_of_tests_that_does_not_run_a_command_is_noticed() -> None:
    marked = PAGE.replace("<!-- slow -->", "<!-- run by: tests/images -->")
    assert not_run_by(blocks_in("page.md", marked.replace("make run", "docker history"))[0]) == ["docker history"]
    assert not_run_by(blocks_in("page.md", marked.replace("make run", "docker compose up"))[0]) == []


def test_block_that_is_missing_in_the_report_is_noticed() -> None:
    blocks = blocks_in("page.md", PAGE)
    assert (
        missing("page.md:2  ran in 1.0 s\n    make run\n", [block for block in blocks if block.language in SHELL]) == []
    )
    assert missing("", [block for block in blocks if block.language in SHELL]) == ["page.md:2"]
