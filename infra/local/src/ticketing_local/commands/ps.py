"""`ticketing ps`: the running processes, with pids and addresses."""

import json
import os
import sys
from dataclasses import dataclass

from ticketing_local.credentials import mask_password
from ticketing_local.errors import NoStack
from ticketing_local.settings import read_addresses
from ticketing_local.state import RunningStack, StateDir
from ticketing_local.supervision.supervisor import Supervisor


@dataclass(frozen=True)
class Row:
    """A line of `ps`. `state` is supervisord's: starting, running, backoff, stopping, stopped, exited, fatal."""

    name: str
    pid: int | None
    state: str
    url: str | None


def rows(state: StateDir) -> list[Row]:
    """The running stack's processes, in the order of the process table. Raises NoStack."""
    stack = RunningStack.load(state)
    try:
        states = Supervisor(stack.socket).states() if stack is not None else {}
    except OSError:
        states = {}
    if stack is None or not states:
        raise NoStack(f"No stack is running on {state.root}: start one with `make run`")
    return [Row(name, states[name].pid, states[name].state, url) for name, url in stack.urls.items()]


def addresses(state: StateDir) -> dict[str, str]:
    """The processes' addresses by name: of the stack that ADDRESSES names, else of the one that runs on this state.

    Raises NoStack and SettingsError.
    """
    return read_addresses(os.environ) or {row.name: row.url for row in rows(state) if row.url is not None}


def show_processes(state: StateDir, *, as_json: bool) -> int:
    """Print a table, without passwords, or JSON, with the operator's.

    Without a stack: one line on standard error, `[]` as JSON, exit status 1.
    """
    try:
        found = rows(state)
    except NoStack as error:
        if as_json:
            print("[]")
        print(f"error: {error}", file=sys.stderr)
        return error.exit_status
    print(json.dumps([vars(row) for row in found], indent=2) if as_json else _table(found))
    return 0


def _table(found: list[Row]) -> str:
    width = max(len(row.name) for row in found)
    lines = [f"{'NAME':<{width}}  {'PID':>7}  {'STATE':<9}  URL"]
    lines += [
        f"{row.name:<{width}}  {row.pid or '-':>7}  {row.state:<9}  {mask_password(row.url or '-')}" for row in found
    ]
    return "\n".join(lines)
