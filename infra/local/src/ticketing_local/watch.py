"""While the stack runs: say when a process has died and come back."""

import subprocess
import threading

from ticketing_local.errors import StackError
from ticketing_local.state import StateDir
from ticketing_local.supervision import Supervisor

POLL_SECONDS = 1.0


class Watch:
    """Looks at the pids once a second."""

    def __init__(self, supervisor: Supervisor, supervisord: "subprocess.Popen[bytes]", state: StateDir) -> None:
        self.supervisor = supervisor
        self.supervisord = supervisord
        self.state = state
        self.pids = self._running_pids()

    def until(self, stop: threading.Event) -> None:
        """Return when `stop` is set. Raises StackError when the supervisor itself has died."""
        while not stop.wait(POLL_SECONDS):
            if self.supervisord.poll() is not None:
                raise StackError("The supervisor has died, and the stack with it: start again with `make run`")
            for name, pid in self._running_pids().items():
                if self.pids.get(name, pid) != pid:
                    print(f"  {name} died and was restarted (pid {pid}); why: {self.state.logs / name}.log", flush=True)
                self.pids[name] = pid

    def _running_pids(self) -> dict[str, int]:
        try:
            states = self.supervisor.states()
        except OSError:  # it is stopping or dead; the next look at it tells
            return {}
        return {name: state.pid for name, state in states.items() if state.pid is not None}
