"""`make docs` refuses a diagram that Mermaid cannot parse."""

import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1]
NODE = TOOLS.parents[1] / ".venv" / "node" / "bin" / "node"
pytestmark = pytest.mark.skipif(not (TOOLS / "node_modules" / "mermaid").exists(), reason="runs in make docs")


def check(page: Path, diagram: str) -> "subprocess.CompletedProcess[str]":
    page.write_text(f"# A page\n\n```mermaid\n{diagram}\n```\n")
    return subprocess.run(
        [NODE, TOOLS / "mermaid.mjs", page], cwd=TOOLS, capture_output=True, text=True, check=False, timeout=60
    )


def test_valid_diagram_is_accepted(tmp_path: Path) -> None:
    found = check(tmp_path / "page.md", 'flowchart LR\n    tickets -- "ticket.created<br/>ticket.updated" --> orders')
    assert (found.returncode, found.stdout) == (0, "1 Mermaid diagrams\n")


def test_invalid_diagram_is_named_with_its_line(tmp_path: Path) -> None:
    found = check(tmp_path / "page.md", "flowchart LR\n    tickets -- orders")
    assert found.returncode == 1
    assert found.stderr.startswith(f"{tmp_path}/page.md:3: ")
