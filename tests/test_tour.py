"""The purchase by hand in docs/tour.md is complete, also when it is repeated."""

import re
import subprocess
from pathlib import Path

import pytest

from ticketing_test_support.stack import Stack

TOUR = Path(__file__).parents[1] / "docs/tour.md"


def block(heading: str) -> str:
    """The first shell block after a heading."""
    found = re.search(rf"^#+ {heading}$.*?^```bash\n(.*?)^```$", TOUR.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return found[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands run, and leave their cookies."""
    return tmp_path_factory.mktemp("tour")


@pytest.mark.parametrize("attempt", ["first", "second"])
def test_purchase_by_hand_can_be_repeated(stack: Stack, folder: Path, attempt: str) -> None:
    commands = block("Buy a ticket by hand").replace("http://localhost:8080", stack.url)
    run = subprocess.run(["bash", "-c", commands], cwd=folder, capture_output=True, text=True, check=False)
    responses = re.findall(r"^\{.*\}$", run.stdout + run.stderr, re.MULTILINE)
    assert (len(responses), [text for text in responses if '"errors"' in text]) == (6, []), run.stdout + run.stderr
    assert '"status":"succeeded"' in responses[2]
