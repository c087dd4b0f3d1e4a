"""Blocks that take long, or run until they are interrupted: `make test-docs`."""

import pytest
from tests.documentation.blocks import Block, shell_blocks
from tests.documentation.runner import NewCheckout, RunBlock, problems

BLOCKS = shell_blocks()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("block", [block for block in BLOCKS if block.kind == "slow"], ids=lambda block: block.name)
def test_slow_commands_work_as_printed(block: Block, run_block: RunBlock) -> None:
    run = run_block(block)
    assert problems(run) == [], run.output


@pytest.mark.timeout(600)
@pytest.mark.parametrize("block", [block for block in BLOCKS if block.kind == "until"], ids=lambda block: block.name)
def test_commands_run_until_they_are_interrupted(
    block: Block, checkout_of: NewCheckout, own_stack: dict[str, str]
) -> None:
    run = checkout_of(block.page).run_until(block, own_stack)
    assert problems(run) == [], run.output
    assert block.note in run.output
