"""Wait until every process is healthy, and say of each when it is."""

import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from ticketing_local.errors import StackError
from ticketing_local.logfiles import last_lines
from ticketing_local.process import Process
from ticketing_local.state import StateDir
from ticketing_local.supervision import ProcessState, Supervisor

# Long, for a machine that is busy with other things: what cannot start dies, and is told of at once.
DEADLINE_SECONDS = 180.0
REPORT_SECONDS = 10.0
POLL_SECONDS = 0.1
HOPELESS_DEATHS = 2  # what waits for another process does not die of it: something is wrong for good
SHOWN_LINES = 12


class Startup:
    """One start of a stack."""

    def __init__(
        self,
        processes: list[Process],
        supervisor: Supervisor,
        supervisord: "subprocess.Popen[bytes]",
        state: StateDir,
    ) -> None:
        self.pending = list(processes)
        self.supervisor = supervisor
        self.supervisord = supervisord
        self.state = state
        self.pids: defaultdict[str, set[int | None]] = defaultdict(set)
        self.started = time.monotonic()
        self.reported = self.started

    def wait(self, stop: threading.Event) -> None:
        """Return when all is healthy or `stop` is set. Raises StackError, with the end of the logs, when it fails."""
        while self.pending and not stop.is_set():
            if self.supervisord.poll() is not None:
                raise StackError(f"The supervisor did not start: {self._complaint()}")
            states = self._states()
            self.pending = self._still_pending(states)
            self._give_up_if_hopeless(states)
            self._report()
            stop.wait(POLL_SECONDS)

    @property
    def waited(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def _states(self) -> Mapping[str, ProcessState]:
        try:
            return self.supervisor.states()
        except OSError:  # it does not listen yet
            return {}

    def _still_pending(self, states: Mapping[str, ProcessState]) -> list[Process]:
        """All are asked at the same time: one that is slow to answer does not hold up the others."""
        with ThreadPoolExecutor(len(self.pending)) as pool:
            answers = list(pool.map(lambda process: _is_up(process, states.get(process.name)), self.pending))
        for process, is_up in zip(self.pending, answers, strict=True):
            if is_up:
                print(f"  {process.name:<20} up after {self.waited:4.1f} s   {process.url or ''}".rstrip(), flush=True)
        return [process for process, is_up in zip(self.pending, answers, strict=True) if not is_up]

    def _report(self) -> None:
        if self.pending and time.monotonic() - self.reported > REPORT_SECONDS:
            self.reported = time.monotonic()
            names = ", ".join(process.name for process in self.pending)
            print(f"  … {self.waited:.0f} s: waiting for {names}", flush=True)

    def _give_up_if_hopeless(self, states: Mapping[str, ProcessState]) -> None:
        for process in self.pending:
            if process.name in states and states[process.name].pid is not None:
                self.pids[process.name].add(states[process.name].pid)
        dying = [process.name for process in self.pending if len(self.pids[process.name]) > HOPELESS_DEATHS]
        if dying:
            raise StackError(self._explain(dying, "died again and again"))
        if self.pending and self.waited > DEADLINE_SECONDS:
            names = [process.name for process in self.pending]
            raise StackError(self._explain(names, f"did not become healthy in {DEADLINE_SECONDS:.0f} s"))

    def _explain(self, names: list[str], what: str) -> str:
        tails = []
        for name in names:
            path = self.state.logs / f"{name}.log"
            lines = [line for line, _ in groupby(last_lines(path, SHOWN_LINES))] or ["(the log is empty)"]
            tails.append("\n".join([f"--- {path}", *(f"    {line}" for line in lines)]))
        advice = "Mend what the log says and start again; `ticketing reset` forgets all state if that is at fault."
        return "\n".join([f"{', '.join(names)} {what}.", *tails, advice])

    def _complaint(self) -> str:
        lines = last_lines(self.state.run / "supervisord.err", 2)
        lines += last_lines(self.state.logs / "supervisord.log", 1)
        return " / ".join(lines) or f"exit status {self.supervisord.returncode}"


def _is_up(process: Process, state: ProcessState | None) -> bool:
    if state is None or state.pid is None:
        return False
    return process.probe.passes() if process.probe else state.is_running
