"""`ticketing restore` on the local stack: the services are stopped meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from ticketing_local.errors import NoStack
from ticketing_local.processes.process import Tier
from ticketing_local.state import RunningStack, StateDir
from ticketing_local.supervision.supervisor import Supervisor


@contextmanager
def services_stopped(state: StateDir) -> Iterator[None]:
    """While inside, no service runs. They are started in any case. Raises NoStack."""
    stack = RunningStack.load(state)
    if stack is None:
        raise NoStack(f"No stack is running on {state.root}: start one with `make run`")
    supervisor = Supervisor(stack.socket)
    try:
        supervisor.stop_tier(Tier.SERVICES)
        yield
    finally:
        supervisor.start_tier(Tier.SERVICES)
