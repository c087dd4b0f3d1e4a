"""While the stack runs: report crashes, and restart processes that run but no longer work."""

import subprocess
import threading
from collections import Counter

from ticketing_local.errors import StackError
from ticketing_local.processes.process import Process
from ticketing_local.state import StateDir
from ticketing_local.supervision.supervisor import Supervisor

POLL_SECONDS = 1.0
# Polls in a row that fail before a process is restarted. Doubled when it fails again without having been healthy
# meanwhile: it may just be slow to recover its data.
MAX_FAILURES = 10


class Monitor:
    """Polls all processes once a second."""

    def __init__(
        self,
        processes: list[Process],
        supervisor: Supervisor,
        supervisord: "subprocess.Popen[bytes]",
        state: StateDir,
    ) -> None:
        self.supervisor = supervisor
        self.supervisord = supervisord
        self.state = state
        self.liveness = {process.name: process.liveness for process in processes if process.liveness is not None}
        self.failures = Counter[str]()
        self.max_failures = dict.fromkeys(self.liveness, MAX_FAILURES)
        self.pids = self._running_pids()

    def run(self, stop: threading.Event) -> None:
        """Return when `stop` is set. Raises StackError when the supervisor itself has exited."""
        while not stop.wait(POLL_SECONDS):
            if self.supervisord.poll() is not None:
                raise StackError("The supervisor has exited, and the stack with it: start again with `make run`")
            self.poll()

    def poll(self) -> None:
        """Report crashes since the last poll, and restart what has failed for long."""
        self._report_crashes()
        self._restart_failing()

    def _report_crashes(self) -> None:
        for name, pid in self._running_pids().items():
            if self.pids.get(name, pid) != pid:
                print(f"  {name} exited and was restarted (pid {pid}); log: {self.state.log(name)}", flush=True)
            self.pids[name] = pid

    def _restart_failing(self) -> None:
        for name, probe in self.liveness.items():
            if not probe.is_failing():
                self.failures[name], self.max_failures[name] = 0, MAX_FAILURES
                continue
            self.failures[name] += 1
            if self.failures[name] >= self.max_failures[name]:
                print(f"  {name} reports that it no longer works ({probe.url}): restarting it", flush=True)
                self.failures[name], self.max_failures[name] = 0, 2 * self.max_failures[name]
                self._restart(name)

    def _restart(self, name: str) -> None:
        try:
            self.supervisor.restart_process(name)
        except OSError:  # the supervisor is stopping; the next poll shows it
            return
        self.pids.pop(name, None)

    def _running_pids(self) -> dict[str, int]:
        try:
            states = self.supervisor.states()
        except OSError:
            return {}
        return {name: state.pid for name, state in states.items() if state.pid is not None}
