"""`ticketing reset`: delete everything a stack has stored."""

import os
import shutil
import sys

from ticketing_local.errors import StackError
from ticketing_local.state import StateDir


def reset(state: StateDir, *, is_confirmed: bool) -> int:
    """Delete STATE_DIR once confirmed. Raises StackError when a stack runs on it or it is not a stack's folder."""
    if not state.root.exists():
        print(f"{state.root} does not exist: there is nothing to reset.")
        return 0
    if not state.lock_file.is_file():
        raise StackError(f"{state.root} is not a stack's folder (it has no {state.lock_file.name}): not deleted")
    lock = state.lock()
    try:
        if not (is_confirmed or _confirm(state)):
            print("Nothing was deleted.")
            return 1
        shutil.rmtree(state.root)
    finally:
        os.close(lock)
    print(f"Deleted {state.root}.")
    return 0


def _confirm(state: StateDir) -> bool:
    if not sys.stdin.isatty():
        raise StackError(f"This deletes {state.root}: confirm with --yes")
    answer = input(f"Delete {state.root}, with all accounts, tickets, orders and logs in it? [y/N] ")
    return answer.lower() in ("y", "yes")
