"""The stack that the operators' commands work on: the one that ADDRESSES names, else the one on this state."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from ticketing_local.commands.ps import addresses
from ticketing_local.settings import read_addresses
from ticketing_local.state import RunningStack, StateDir
from ticketing_local.supervision.supervisor import Supervisor
from ticketing_ops.pods import list_pods
from ticketing_ops.stack import Process, Stack

_SPAWNED = re.compile(r" spawned: '([^']+)' with pid ")
_STARTED = " supervisord started with pid "


def operated_stack(state: StateDir) -> Stack:
    """Raises NoStack and SettingsError."""
    elsewhere = read_addresses(os.environ)
    if elsewhere is None:
        return Stack(str(state.root), addresses(state), lambda: _processes(state))
    if os.environ.get("PODS") == "kubectl":
        return Stack("cluster", elsewhere, list_pods, in_cluster=True)
    return Stack("ADDRESSES", elsewhere, lambda: [])


def _processes(state: StateDir) -> Sequence[Process]:
    """In the order of the process table. Raises OSError when the supervisor does not respond."""
    stack = RunningStack.load(state)
    if stack is None:
        return []
    states, spawned = Supervisor(stack.socket).states(), _count_spawned(state)
    return [
        Process(
            name=name,
            state=states[name].state,
            running=states[name].is_running,
            since=datetime.fromtimestamp(states[name].started, UTC),
            restarts=max(0, spawned[name] - 1),
        )
        for name in stack.urls
        if name in states
    ]


def _count_spawned(state: StateDir) -> Counter[str]:
    """How often each process was started since the supervisor was; supervisord itself does not count."""
    counts = Counter[str]()
    with state.log("supervisord").open(errors="replace") as lines:
        for line in lines:
            if _STARTED in line:
                counts.clear()
            elif (found := _SPAWNED.search(line)) is not None:
                counts[found[1]] += 1
    return counts
