"""Stacks for tests: started as people start them, stopped when left."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ticketing_local.commands.ps import addresses
from ticketing_local.commands.up import READY
from ticketing_local.state import RunningStack, StateDir
from ticketing_local.supervision.startup import START_LIMIT_SECONDS
from ticketing_local.supervision.supervisor import Supervisor
from ticketing_test_support.waiting import wait_until

TICKETING = (sys.executable, "-m", "ticketing_local")
STOP_SECONDS = 60
START_ATTEMPTS = 2
# A few users do what thousands do elsewhere.
UNLIMITED = {"MAX_OPEN_RESERVATIONS": "1000000", "RESERVATION_COOLDOWN_SECONDS": "0"}


@dataclass(frozen=True)
class Stack:
    """A running stack. `process` is `ticketing up`."""

    process: "subprocess.Popen[str]"
    state_dir: Path
    port: int

    @property
    def url(self) -> str:
        """The gateway."""
        return f"http://127.0.0.1:{self.port}"

    def ps(self) -> dict[str, dict[str, Any]]:
        """`ticketing ps --json`, by name. The other methods are cheaper: they start no Python process."""
        return {row["name"]: row for row in json.loads(ticketing("ps", "--json", STATE_DIR=str(self.state_dir)).stdout)}

    def urls(self) -> dict[str, str]:
        """Where each process answers, by name."""
        return addresses(StateDir(self.state_dir))

    def supervisor(self) -> Supervisor:
        """What restarts its processes."""
        stack = RunningStack.load(StateDir(self.state_dir))
        assert stack is not None, f"no stack runs on {self.state_dir}"
        return Supervisor(stack.socket)

    def pid(self, name: str) -> int:
        """Of this process now, waiting for one that is being restarted."""
        wait_until(lambda: self.supervisor().states()[name].pid is not None, within=60, what=f"{name} running")
        return self.supervisor().states()[name].pid or 0

    def logs(self) -> dict[str, str]:
        """What each process has logged, by name; the files of earlier rotations first."""
        found: dict[str, str] = defaultdict(str)
        for path in sorted(StateDir(self.state_dir).logs.glob("*.log*"), reverse=True):
            found[path.name.partition(".log")[0]] += path.read_text(errors="replace")
        return found

    def log_lines(self, service: str) -> list[dict[str, Any]]:
        """The JSON lines of a service's processes, in order for each of them."""
        texts = [
            text for name, text in self.logs().items() if name == service or name.removeprefix(f"{service}-").isdigit()
        ]
        lines = "".join(texts).splitlines()
        return [json.loads(line) for line in lines if line.startswith('{"timestamp"') and line.endswith("}")]

    def pids(self) -> list[int]:
        """Every process of the stack, the supervisor among them."""
        supervisor = int((self.state_dir / "run" / "supervisord.pid").read_text())
        return [supervisor, *(self.pid(name) for name in self.supervisor().states())]


def ticketing(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The command `ticketing`, without a terminal."""
    return subprocess.run(
        [*TICKETING, *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextlib.contextmanager
def started(
    state_dir: Path, port: int, command: Sequence[str] = (*TICKETING, "up"), **environment: str
) -> Iterator[Stack]:
    """A healthy stack, stopped on leaving, without limits for its users unless `environment` sets them.

    A failed start is repeated once, as the machine may just have been too busy.

    Raises AssertionError with what both starts printed.
    """
    process = _start(command, {"STATE_DIR": str(state_dir), "PORT": str(port), **UNLIMITED, **environment})
    try:
        yield Stack(process, state_dir, port)
    finally:
        _stop(process)


def is_alive(pid: int) -> bool:
    """Whether a process of this id runs; a zombie does not."""
    answer = subprocess.run(["/bin/ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()[:1] not in ("", "Z")


def _start(command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    outputs = []
    for _ in range(START_ATTEMPTS):
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        lines = list(_lines_until_ready(process))
        if lines and lines[-1].startswith(READY):
            return process
        _stop(process)
        outputs.append("".join(lines))
    raise AssertionError("the stack did not start:\n" + "--- second attempt\n".join(outputs))


def _lines_until_ready(process: "subprocess.Popen[str]") -> Iterator[str]:
    """What it prints, with the processes that it waits for. `up` has a limit of its own; this one is a backstop."""
    backstop = threading.Timer(START_LIMIT_SECONDS + STOP_SECONDS, process.kill)
    backstop.start()
    try:
        for line in process.stdout or ():
            print(line, end="")
            yield line
            if line.startswith(READY):
                return
    finally:
        backstop.cancel()


def _stop(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    process.communicate(timeout=STOP_SECONDS)
