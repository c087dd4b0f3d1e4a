"""Errors of the operators' commands."""


class OperationError(Exception):
    """The command failed; the message is one line that says what to do."""

    exit_status = 1
