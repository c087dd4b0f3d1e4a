"""Errors that stop a command: each message is one line that says what to do.

StackError           exit status 1
  SettingsError      exit status 2
  PortUnavailable
  StateInUse
  NoStack
"""


class StackError(Exception):
    """The command failed."""

    exit_status = 1


class SettingsError(StackError):
    """A setting or an argument is missing or invalid; the message names it."""

    exit_status = 2


class PortUnavailable(StackError):
    """A port is taken or not permitted."""


class StateInUse(StackError):
    """Another stack runs on this STATE_DIR."""


class NoStack(StackError):
    """No stack runs on this STATE_DIR."""
