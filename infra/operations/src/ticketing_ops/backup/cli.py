"""The arguments of `ticketing backup` and `ticketing restore`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ticketing_ops.stack import Stack


def add_backup(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands to `ticketing`."""
    backup = commands.add_parser(
        "backup",
        help="write all databases and streams to a folder",
        description="Write the five databases and the two streams, as of one instant, to a new folder. Meanwhile "
        "reads go on and writes wait; they go on even if this command is killed. See docs/runbook.md.",
    )
    restore = commands.add_parser(
        "restore",
        help="restore a backup into an empty stack",
        description="Restore a backup into databases and streams that are empty; nothing is overwritten. On this "
        "machine the services are stopped meanwhile; in a cluster you stop them. See docs/runbook.md.",
    )
    for command, run in ((backup, _backup), (restore, _restore)):
        command.add_argument("folder", type=Path, metavar="DIR")
        command.set_defaults(run=run)


def _backup(stack: "Stack", arguments: argparse.Namespace) -> int:
    from ticketing_ops.backup.backup import backup

    return backup(stack, arguments.folder)


def _restore(stack: "Stack", arguments: argparse.Namespace) -> int:
    from ticketing_ops.backup.restore import restore

    return restore(stack, arguments.folder)
