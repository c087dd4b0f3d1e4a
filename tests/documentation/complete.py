"""`python -m tests.documentation.complete FILE`: add the blocks that nothing ran to the report of those that ran."""

import sys
from pathlib import Path

from tests.documentation.blocks import Block, shell_blocks


def missing(report: str, blocks: list[Block]) -> list[str]:
    """The names of blocks that should have run and are not in the report."""
    ran = {line.split()[0] for line in report.splitlines() if line and not line.startswith(" ")}
    return [block.name for block in blocks if block.kind in {"run", "slow", "until"} and block.name not in ran]


def main(file: Path) -> int:
    """Append to the report and print it; the exit status is 1 when a block is missing in it."""
    blocks = shell_blocks()
    left = missing(file.read_text(), blocks)
    with file.open("a") as report:
        for block in (block for block in blocks if block.kind in {"run by", "not run"}):
            report.write(f"{block.name}  {block.kind}: {block.note}\n")
            report.writelines(f"    {command}\n" for command in block.commands)
        report.writelines(f"{name}  DID NOT RUN\n" for name in left)
    print(file.read_text(), end="")  # noqa: T201
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
