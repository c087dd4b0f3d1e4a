"""supervisord's configuration, the parent-death guard, and when a start fails or a process is restarted."""

import configparser
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ticketing_local.errors import StackError
from ticketing_local.probes import HttpProbe
from ticketing_local.processes.process import Process, Tier
from ticketing_local.state import StateDir, write_private
from ticketing_local.supervision.monitor import MAX_FAILURES, Monitor
from ticketing_local.supervision.startup import Startup
from ticketing_local.supervision.supervisor import ProcessState, Supervisor, guarded_command, supervisor_config

SLEEP = ("/bin/sleep", "60")


class FakeSupervisor(Supervisor):
    """Its processes run, and are restarted on request."""

    def __init__(self, *names: str) -> None:
        super().__init__("no-socket")
        self.pids = dict.fromkeys(names, 1)

    def states(self) -> dict[str, ProcessState]:
        return {name: ProcessState(pid, "running") for name, pid in self.pids.items()}

    def restart_process(self, name: str) -> None:
        self.pids[name] += 1


class FakeProbe(HttpProbe):
    """Never passes; fails while `failing`."""

    failing = True

    def passes(self) -> bool:
        return False

    def is_failing(self) -> bool:
        return FakeProbe.failing


@pytest.fixture
def supervisord() -> Iterator["subprocess.Popen[bytes]"]:
    """A process in its place."""
    with subprocess.Popen(SLEEP) as process:
        yield process
        process.kill()


def config(*processes: Process) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(supervisor_config(processes, Path("/run/50%/socket")))
    return parser


def test_crashed_process_is_always_restarted() -> None:
    program = config(Process("orders", Tier.SERVICES, SLEEP, {}))["program:orders"]
    assert (program["autorestart"], program["startretries"]) == ("true", "1000000")


def test_infrastructure_starts_before_the_edge() -> None:
    parser = config(Process("gateway", Tier.EDGE, SLEEP, {}), Process("mongo", Tier.INFRASTRUCTURE, SLEEP, {}))
    assert parser["group:infrastructure"]["programs"] == "mongo"
    assert int(parser["group:infrastructure"]["priority"]) < int(parser["group:edge"]["priority"])


def test_configuration_has_no_secrets_and_no_bare_percent_signs() -> None:
    process = Process("auth", Tier.SERVICES, SLEEP, {"JWT_SECRET": "hidden"})
    text = supervisor_config([process], Path("/run/50%/socket"))
    assert ("hidden" in text, "50%%/" in text) == (False, True)


def test_guarded_program_does_not_start_without_its_parent(tmp_path: Path) -> None:
    program = tmp_path / "program.json"
    write_private(program, f'{{"argv": ["/bin/echo", "started"], "env": {{}}, "parent": {os.getppid()}}}')
    run = subprocess.run(guarded_command(program), capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (1, "", "the parent process is gone\n")


def test_guarded_program_gets_only_its_own_environment(tmp_path: Path) -> None:
    program = tmp_path / "program.json"
    write_private(program, f'{{"argv": ["/usr/bin/env"], "env": {{"A": "1"}}, "parent": {os.getpid()}}}')
    assert subprocess.run(guarded_command(program), capture_output=True, text=True, check=True).stdout == "A=1\n"


def test_start_that_takes_too_long_names_what_it_waits_for(
    tmp_path: Path, supervisord: "subprocess.Popen[bytes]", capsys: pytest.CaptureFixture[str]
) -> None:
    mongo = Process("mongo", Tier.INFRASTRUCTURE, SLEEP, {}, FakeProbe(""))
    orders = Process("orders", Tier.SERVICES, SLEEP, {})
    startup = Startup([mongo, orders], FakeSupervisor("mongo", "orders"), supervisord, StateDir(tmp_path), limit=0)
    startup.reported_at = -float("inf")
    with pytest.raises(StackError, match=r"^mongo did not become healthy within 0 s\.\n--- .*mongo\.log"):
        startup.wait(threading.Event())
    assert "waiting for mongo\n" in capsys.readouterr().out


def test_failing_process_is_restarted_less_and_less_often(
    tmp_path: Path, supervisord: "subprocess.Popen[bytes]"
) -> None:
    nats = Process("nats", Tier.INFRASTRUCTURE, SLEEP, {}, liveness=FakeProbe(""))
    supervisor = FakeSupervisor("nats")
    monitor = Monitor([nats], supervisor, supervisord, StateDir(tmp_path))
    restarted_at = []
    for poll in range(7 * MAX_FAILURES):
        before = supervisor.pids["nats"]
        monitor.poll()
        restarted_at += [poll + 1] if supervisor.pids["nats"] != before else []
    assert restarted_at == [MAX_FAILURES, 3 * MAX_FAILURES, 7 * MAX_FAILURES]


def test_unresponsive_server_is_not_failing() -> None:
    assert not HttpProbe("http://127.0.0.1:1/").is_failing()
