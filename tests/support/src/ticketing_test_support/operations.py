"""The operators' commands in this process: starting one takes longer than most of them run."""

import contextlib
import io

from ticketing_local.cli import parser
from ticketing_ops.audit.command import audit
from ticketing_ops.errors import OperationError
from ticketing_test_support.stack import Stack


def operate(stack: Stack, *arguments: str) -> tuple[int, str]:
    """Exit status and output of `ticketing audit` or `ticketing dead`; not in an event loop's thread."""
    chosen = parser().parse_args(arguments)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        try:
            if chosen.command == "audit":
                status = audit(stack.urls(), settle=chosen.settle, as_json=chosen.json)
            else:
                status = chosen.run(stack.urls(), chosen)
        except OperationError as error:
            print(f"error: {error}")
            status = error.exit_status
    return status, output.getvalue()
