"""The operators' commands in this process: starting one takes longer than most of them run."""

import contextlib
import io

from ticketing_local.cli import parser
from ticketing_local.operated_stack import operated_stack
from ticketing_local.state import StateDir
from ticketing_ops.errors import OperationError
from ticketing_test_support.stack import Stack


def operate(stack: Stack, *arguments: str) -> tuple[int, str]:
    """Exit status and output of an operators' command, such as `audit`; not in an event loop's thread."""
    chosen = parser().parse_args(arguments)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        try:
            status = chosen.run(operated_stack(StateDir(stack.state_dir)), chosen)
        except OperationError as error:
            print(f"error: {error}")
            status = error.exit_status
    return status, output.getvalue()
