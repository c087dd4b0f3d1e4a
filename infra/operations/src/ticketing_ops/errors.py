"""What stops an operators' command."""


class OperationError(Exception):
    """The command could not be carried out; the message is one line that says what to do."""

    exit_status = 1
