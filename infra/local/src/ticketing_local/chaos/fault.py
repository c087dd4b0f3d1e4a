"""What a fault is, and what it is injected into."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from ticketing_local.errors import StackError
from ticketing_local.supervision.supervisor import Supervisor


@dataclass(frozen=True)
class Target:
    """The stack, and the process that is meant where a fault needs one."""

    supervisor: Supervisor
    urls: Mapping[str, str]
    process: str = ""

    def pid(self) -> int:
        """Of the process, 0 while it does not run. Raises KeyError when there is none of this name."""
        return self.supervisor.states()[self.process].pid or 0

    def url(self, name: str) -> str:
        """Where a process answers. Raises StackError when the stack has none of this name."""
        if name not in self.urls:
            raise StackError(f"This stack has no process '{name}': faults of Stripe need the emulator")
        return self.urls[name]


# Injects when it is entered, and undoes when it is left.
Inject = Callable[[Target], AbstractContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """`effect` completes "for N seconds …"; one that is over at once has no `seconds`, their default."""

    name: str
    effect: str
    inject: Inject
    seconds: float = 0.0
    needs_process: bool = False
    needs_emulator: bool = False

    def __str__(self) -> str:
        return f"{self.name} PROCESS" if self.needs_process else self.name
