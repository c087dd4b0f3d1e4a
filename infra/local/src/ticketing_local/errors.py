"""What stops a verb: each message is one line that says what to do.

StackError           exit status 1
  SettingsError      exit status 2: a setting or an argument is senseless
  PortUnavailable
  StateInUse
  NoStack
"""


class StackError(Exception):
    """The verb cannot be done."""

    exit_status = 1


class SettingsError(StackError):
    """A setting is missing or senseless; the message names it."""

    exit_status = 2


class PortUnavailable(StackError):
    """A port cannot be had."""


class StateInUse(StackError):
    """Another stack runs on this STATE_DIR."""


class NoStack(StackError):
    """No stack runs on this STATE_DIR."""
