"""A small stack on the real servers, run as people run it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from ticketing_local.ports import free_gateway_port
from ticketing_local.probes import HttpProbe, TcpProbe
from ticketing_test_support.stack import Stack, is_alive, ticketing
from ticketing_test_support.waiting import wait_until

SMALL_STACK = Path(__file__).with_name("small_stack.py")
StartStack = Callable[[], AbstractContextManager[Stack]]


def test_ps_tells_name_pid_state_and_url_of_each_process(stack: Stack) -> None:
    rows = stack.ps()
    assert list(rows) == ["mongo", "nats", "redis", "tickets-1", "tickets-2", "client", "gateway"]
    assert {row["state"] for row in rows.values()} <= {"running", "starting"}
    assert rows["mongo"]["url"].startswith("mongodb://127.0.0.1:")
    assert all(is_alive(row["pid"]) for row in rows.values())


def test_ps_is_a_table_for_people(stack: Stack) -> None:
    lines = ticketing("ps", STATE_DIR=str(stack.state_dir)).stdout.splitlines()
    assert lines[0].split() == ["NAME", "PID", "STATE", "URL"]
    assert len(lines) == 8


def test_logs_show_the_end_of_one_process(stack: Stack) -> None:
    answer = ticketing("logs", "nats", "-n", "3", STATE_DIR=str(stack.state_dir))
    assert len(answer.stdout.splitlines()) == 3
    assert ticketing("logs", "nat", STATE_DIR=str(stack.state_dir)).returncode == 2


@pytest.mark.parametrize("name", ["mongo", "nats", "redis", "tickets-2", "gateway"])
def test_what_dies_comes_back(stack: Stack, name: str) -> None:
    killed = stack.ps()[name]["pid"]
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: stack.ps()[name]["pid"] not in (None, killed), within=5, what=f"{name} is back")
    port = urlsplit(stack.ps()[name]["url"]).port
    wait_until(TcpProbe(port).passes, within=15, what=f"{name} listening")
    wait_until(HttpProbe(f"{stack.url}/").passes, within=15, what="an answer through the gateway")


def test_the_replicas_take_turns(stack: Stack) -> None:
    with httpx.Client(base_url=stack.url) as client:
        pids = {client.get("/api/tickets").text.split()[0] for _ in range(8)}
    assert len(pids) == 2


def test_a_replica_that_dies_is_not_seen_from_outside(stack: Stack) -> None:
    killed = stack.ps()["tickets-1"]["pid"]
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not is_alive(killed), within=15, what="its death")
    with httpx.Client(base_url=stack.url) as client:
        assert {client.post("/api/tickets", json={}).status_code for _ in range(20)} == {200}


def test_a_second_stack_on_the_same_state_is_refused(stack: Stack) -> None:
    answer = ticketing("up", STATE_DIR=str(stack.state_dir), PORT=str(stack.port + 1))
    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert "choose another STATE_DIR" in answer.stderr


def test_a_taken_port_is_told_before_anything_starts(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "state"
    answer = ticketing("up", STATE_DIR=str(other), PORT=str(stack.port))
    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert answer.stderr.startswith(f"error: PORT {stack.port} is taken")
    assert not other.exists()


def test_what_a_stack_knows_is_closed_to_other_users(stack: Stack) -> None:
    assert stack.state_dir.stat().st_mode & 0o077 == 0
    readable = [path for path in (stack.state_dir / "run").iterdir() if path.stat().st_mode & 0o077]
    assert [path.name for path in readable if path.suffix in (".json", ".conf")] == []


def test_a_second_stack_runs_beside_the_first_and_sigterm_ends_it_alone(stack: Stack, start_stack: StartStack) -> None:
    with start_stack() as second:
        pids = second.pids()
        assert {httpx.get(f"{one.url}/api/tickets").status_code for one in (stack, second)} == {200}
        second.process.send_signal(signal.SIGTERM)
        assert second.process.wait(30) == 0
    assert not any(is_alive(pid) for pid in pids)
    assert all(is_alive(pid) for pid in stack.pids())


def test_nothing_outlives_a_stack_that_is_killed(start_stack: StartStack) -> None:
    with start_stack() as doomed:
        pids = doomed.pids()
        doomed.process.kill()
        wait_until(lambda: not any(is_alive(pid) for pid in pids), within=20, what="the end of all")
        assert ticketing("ps", STATE_DIR=str(doomed.state_dir)).returncode == 1


def test_nothing_outlives_a_supervisor_that_is_killed(start_stack: StartStack) -> None:
    with start_stack() as doomed:
        pids = doomed.pids()
        os.kill(pids[0], signal.SIGKILL)
        assert doomed.process.wait(30) == 1
        wait_until(lambda: not any(is_alive(pid) for pid in pids), within=20, what="the end of all")


def test_a_service_that_cannot_start_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    own = {"STATE_DIR": str(tmp_path / "state"), "PORT": str(free_gateway_port()), "BROKEN": "error: LUCK is not set"}
    command = [sys.executable, str(SMALL_STACK)]
    answer = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: tickets crashed repeatedly.")
    assert "    error: LUCK is not set\n" in answer.stderr
