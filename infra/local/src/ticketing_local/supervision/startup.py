"""Wait until every process is healthy, and report progress."""

import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from ticketing_local.credentials import mask_password
from ticketing_local.errors import StackError
from ticketing_local.processes.process import Process
from ticketing_local.state import StateDir
from ticketing_local.supervision.supervisor import ProcessState, Supervisor

# Long, for a busy machine: a process that cannot start exits, and is reported at once.
START_LIMIT_SECONDS = 180.0
REPORT_SECONDS = 10.0
POLL_SECONDS = 0.1
MAX_CRASHES = 2  # a process that waits for another one does not exit: more crashes are permanent
LOG_LINES = 12


class Startup:
    """One start of a stack."""

    def __init__(
        self,
        processes: list[Process],
        supervisor: Supervisor,
        supervisord: "subprocess.Popen[bytes]",
        state: StateDir,
        *,
        limit: float = START_LIMIT_SECONDS,
    ) -> None:
        self.pending = list(processes)
        self.supervisor = supervisor
        self.supervisord = supervisord
        self.state = state
        self.limit = limit
        self.pids: defaultdict[str, set[int | None]] = defaultdict(set)
        self.started_at = self.reported_at = time.monotonic()

    def wait(self, stop: threading.Event) -> None:
        """Return when all are healthy or `stop` is set. Raises StackError, with the end of the logs."""
        while self.pending and not stop.is_set():
            if self.supervisord.poll() is not None:
                raise StackError(f"The supervisor did not start: {self._supervisor_error()}")
            states = self._states()
            self.pending = self._still_pending(states)
            self._report()
            self._check_crashes(states)
            self._check_limit()
            stop.wait(POLL_SECONDS)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started_at

    def _states(self) -> Mapping[str, ProcessState]:
        try:
            return self.supervisor.states()
        except OSError:  # it does not listen yet
            return {}

    def _still_pending(self, states: Mapping[str, ProcessState]) -> list[Process]:
        """All are probed at the same time, so that a slow one does not delay the others."""
        with ThreadPoolExecutor(len(self.pending)) as pool:
            results = list(pool.map(lambda process: _is_healthy(process, states.get(process.name)), self.pending))
        for process, is_healthy in zip(self.pending, results, strict=True):
            if is_healthy:
                url = mask_password(process.url or "")
                print(f"  {process.name:<20} up after {self.elapsed:4.1f} s   {url}".rstrip(), flush=True)
        return [process for process, is_healthy in zip(self.pending, results, strict=True) if not is_healthy]

    def _report(self) -> None:
        if self.pending and time.monotonic() - self.reported_at > REPORT_SECONDS:
            self.reported_at = time.monotonic()
            print(f"  … {self.elapsed:.0f} s: waiting for {', '.join(self._names())}", flush=True)

    def _names(self) -> list[str]:
        return [process.name for process in self.pending]

    def _check_crashes(self, states: Mapping[str, ProcessState]) -> None:
        for name in self._names():
            if name in states and states[name].pid is not None:
                self.pids[name].add(states[name].pid)
        crashing = [name for name in self._names() if len(self.pids[name]) > MAX_CRASHES]
        if crashing:
            raise StackError(self._explain(crashing, "crashed repeatedly"))

    def _check_limit(self) -> None:
        if self.pending and self.elapsed > self.limit:
            raise StackError(self._explain(self._names(), f"did not become healthy within {self.limit:.0f} s"))

    def _explain(self, names: list[str], problem: str) -> str:
        tails = []
        for name in names:
            lines = [line for line, _ in groupby(self.state.log_tail(name, LOG_LINES))] or ["(the log is empty)"]
            tails.append("\n".join([f"--- {self.state.log(name)}", *(f"    {line}" for line in lines)]))
        advice = "Fix what the log shows and start again; `ticketing reset` deletes all state if that is the cause."
        return "\n".join([f"{', '.join(names)} {problem}.", *tails, advice])

    def _supervisor_error(self) -> str:
        lines = [*(self.state.run / "supervisord.err").read_text().splitlines()[-2:]]
        lines += self.state.log_tail("supervisord", 1)
        return " / ".join(lines) or f"exit status {self.supervisord.returncode}"


def _is_healthy(process: Process, state: ProcessState | None) -> bool:
    if state is None or state.pid is None:
        return False
    responds = process.probe.passes() if process.probe else state.is_running
    return responds and process.prepare()
