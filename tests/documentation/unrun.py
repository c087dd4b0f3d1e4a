"""`python -m tests.documentation.unrun`: list the blocks that `make test-docs` does not run, and why."""

from tests.documentation.blocks import shell_blocks


def main() -> None:
    """Print them in the form of the report of what has run."""
    for block in shell_blocks():
        if block.kind in {"run by", "not run"}:
            print(f"{block.name}  {block.kind}: {block.note}")  # noqa: T201
            print("\n".join(f"    {command}" for command in block.commands))  # noqa: T201


if __name__ == "__main__":
    main()
