"""The faults of `ticketing chaos`: found by name, and undone when the command that wanted them is gone."""

import json
import os
import signal
import subprocess
import sys

import pytest

from ticketing_local.chaos.catalogue import FAULTS
from ticketing_local.chaos.command import choose
from ticketing_local.chaos.guard import INJECTED
from ticketing_local.cli import main
from ticketing_local.errors import SettingsError
from ticketing_local.state import StateDir
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import wait_until

GUARD = (sys.executable, "-m", "ticketing_local.chaos.guard")


def is_paused(pid: int) -> bool:
    found = subprocess.run(["/bin/ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.startswith("T")


def inject(stack: Stack, fault: str, process: str) -> "subprocess.Popen[str]":
    """A guard that has injected the fault, for far longer than any test."""
    guard = subprocess.Popen(GUARD, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert guard.stdin is not None
    assert guard.stdout is not None
    order = {"state": str(stack.state_dir), "fault": fault, "process": process, "seconds": 600}
    print(json.dumps(order), file=guard.stdin, flush=True)
    assert guard.stdout.readline().strip() == INJECTED
    return guard


def test_fault_is_undone_when_its_command_is_gone(stack: Stack) -> None:
    pid = stack.pid("tickets-2")
    guard = inject(stack, "pause", "tickets-2")
    assert is_paused(pid)
    os.kill(guard.pid, signal.SIGINT)  # Ctrl-C reaches all of a terminal's processes
    assert is_paused(pid)
    guard.communicate(timeout=30)  # closes its standard input, as the end of the command would
    assert guard.returncode == 0
    assert not is_paused(pid)


def test_stopped_process_is_started_again(stack: Stack) -> None:
    guard = inject(stack, "stop", "redis")
    assert stack.supervisor().states()["redis"].state == "stopped"
    guard.communicate(timeout=30)
    wait_until(lambda: stack.supervisor().states()["redis"].is_running, within=60, what="redis running")


def status(*arguments: str) -> object:
    """The exit status of `ticketing`, run in this process."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code


def test_list_describes_each_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert status("chaos", "list") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [*FAULTS]


@pytest.mark.parametrize(
    ("fault", "process", "message"),
    [
        ("earthquake", "", "There is no fault 'earthquake'"),
        ("kill", "", "kill needs a process, one of: "),
        ("pause", "orders-9", "pause needs a process, one of: "),
        ("wipe-redis", "redis", "wipe-redis takes no process"),
    ],
)
def test_invalid_fault_is_refused(stack: Stack, fault: str, process: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        choose(StateDir(stack.state_dir), fault, process, None)


def test_cluster_is_left_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    mongo = " ".join(f"{name}-mongo=mongodb://x" for name in ("auth", "tickets", "orders", "payments", "expiration"))
    monkeypatch.setenv("ADDRESSES", f"nats=nats://x {mongo}")
    assert status("chaos", "run", "kill", "orders") == 2
    assert "kubectl delete pod" in capsys.readouterr().err
