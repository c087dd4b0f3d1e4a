"""Every shell block without a mark works as it is printed, and prints what the page shows."""

import shutil
from collections.abc import Callable

import pytest
from tests.documentation.blocks import Block, shell_blocks
from tests.documentation.runner import NewCheckout, problems

RUN = [block for block in shell_blocks() if block.kind == "run"]


@pytest.mark.parametrize("block", RUN, ids=lambda block: block.name)
def test_commands_work_as_printed(
    block: Block, checkout_of: NewCheckout, values: Callable[[Block], dict[str, str]]
) -> None:
    if "kubectl" in block.text and shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed; CI has it")
    run = checkout_of(block.page).run(block, values(block))
    assert problems(run) == [], run.output
