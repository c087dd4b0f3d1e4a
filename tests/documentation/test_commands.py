"""Every shell block without a mark works as it is printed, and prints what the page shows."""

import pytest
from tests.documentation.blocks import Block, shell_blocks
from tests.documentation.runner import RunBlock, problems

RUN = [block for block in shell_blocks() if block.kind == "run"]


@pytest.mark.parametrize("block", RUN, ids=lambda block: block.name)
def test_commands_work_as_printed(block: Block, run_block: RunBlock) -> None:
    run = run_block(block)
    assert problems(run) == [], run.output
