"""A small stack on the real servers, used as people use it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import nats
import pytest

from ticketing_local.commands.up import banner
from ticketing_local.ports import free_gateway_port
from ticketing_local.probes import HttpProbe, TcpProbe
from ticketing_local.settings import read_settings
from ticketing_local.state import StateDir
from ticketing_local.supervision.startup import START_LIMIT_SECONDS
from ticketing_test_support.stack import Stack, is_alive, ticketing
from ticketing_test_support.waiting import eventually, wait_until

pytestmark = pytest.mark.timeout(2 * START_LIMIT_SECONDS + 120)  # some tests start a stack of their own
SMALL_STACK = Path(__file__).with_name("small_stack.py")
SMALL_DISK_BYTES = 8 << 20
StartStack = Callable[[], AbstractContextManager[Stack]]


def test_ps_shows_name_pid_state_and_url(stack: Stack) -> None:
    rows = stack.ps()
    assert list(rows) == ["mongo", "nats", "redis", "tickets-1", "tickets-2", "client", "gateway"]
    assert {row["state"] for row in rows.values()} <= {"running", "starting"}
    assert re.fullmatch(r"mongodb://ops:\w{41}@127\.0\.0\.1:\d+", rows["mongo"]["url"])
    assert all(is_alive(row["pid"]) for row in rows.values())


def test_banner_commands_apply_to_this_stack(stack: Stack, tmp_path: Path) -> None:
    text = banner(read_settings({"STATE_DIR": str(stack.state_dir)}), StateDir(stack.state_dir), {})
    command = re.search(r"^  processes +(.*)$", text, re.MULTILINE)
    assert command is not None
    environment = {name: value for name, value in os.environ.items() if name not in ("STATE_DIR", "PATH")}
    run = subprocess.run(
        ["/bin/sh", "-c", command[1]], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert [line.split()[0] for line in run.stdout.splitlines()] == ["NAME", *stack.urls()], run.stderr


def test_logs_show_the_end_of_one_process(stack: Stack) -> None:
    run = ticketing("logs", "nats", "-n", "3", STATE_DIR=str(stack.state_dir))
    assert len(run.stdout.splitlines()) == 3


@pytest.mark.parametrize("name", ["mongo", "nats", "redis", "tickets-2", "gateway"])
def test_killed_process_is_restarted(stack: Stack, name: str) -> None:
    killed = stack.pid(name)
    os.kill(killed, signal.SIGKILL)
    supervisor = stack.supervisor()
    wait_until(lambda: supervisor.states()[name].pid not in (None, killed), within=30, what=f"the restart of {name}")
    wait_until(TcpProbe(urlsplit(stack.urls()[name]).port or 0).passes, within=30, what=f"{name} listening")
    wait_until(HttpProbe(f"{stack.url}/").passes, within=30, what="a response through the gateway")


def test_requests_alternate_between_replicas(stack: Stack) -> None:
    with httpx.Client(base_url=stack.url) as client:
        pids = {client.get("/api/tickets").text.split()[0] for _ in range(8)}
    assert len(pids) == 2


def test_crash_of_a_replica_fails_no_request(stack: Stack) -> None:
    killed = stack.pid("tickets-1")
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not is_alive(killed), within=15, what="its end")
    with httpx.Client(base_url=stack.url) as client:
        assert {client.post("/api/tickets", json={}).status_code for _ in range(20)} == {200}


def test_second_stack_on_the_same_state_is_refused(stack: Stack) -> None:
    run = ticketing("up", STATE_DIR=str(stack.state_dir), PORT=str(stack.port + 1))
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert "choose another STATE_DIR" in run.stderr


def test_taken_port_is_reported_before_anything_starts(stack: Stack, tmp_path: Path) -> None:
    run = ticketing("up", STATE_DIR=str(tmp_path / "state"), PORT=str(stack.port))
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert run.stderr.startswith(f"error: PORT {stack.port} is taken")
    assert not (tmp_path / "state").exists()


def test_state_is_closed_to_other_users(stack: Stack) -> None:
    secret = [path for path in (stack.state_dir / "run").iterdir() if path.suffix in (".json", ".conf")]
    assert [path.name for path in (stack.state_dir, *secret) if path.stat().st_mode & 0o077] == []


def test_sigterm_stops_one_of_two_stacks(stack: Stack, start_stack: StartStack) -> None:
    with start_stack() as second:
        pids = second.pids()
        assert {httpx.get(f"{one.url}/api/tickets").status_code for one in (stack, second)} == {200}
        second.process.send_signal(signal.SIGTERM)
        assert second.process.wait(60) == 0
    assert not any(is_alive(pid) for pid in pids)
    assert all(is_alive(pid) for pid in stack.pids())


@pytest.mark.parametrize("victim", ["up", "supervisor"])
def test_no_process_outlives_a_killed_stack(start_stack: StartStack, victim: str) -> None:
    with start_stack() as doomed:
        pids = doomed.pids()
        os.kill(doomed.process.pid if victim == "up" else pids[0], signal.SIGKILL)
        assert doomed.process.wait(60) == (-signal.SIGKILL if victim == "up" else 1)
        wait_until(lambda: not any(is_alive(pid) for pid in pids), within=60, what="the end of all processes")
        assert ticketing("ps", STATE_DIR=str(doomed.state_dir)).returncode == 1


def test_crashing_service_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    own = {"STATE_DIR": str(tmp_path / "state"), "PORT": str(free_gateway_port()), "BROKEN": "error: LUCK is not set"}
    command = [sys.executable, str(SMALL_STACK)]
    run = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.startswith("error: tickets crashed repeatedly.")
    assert "    error: LUCK is not set\n" in run.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system for the NATS of `start_stack`."""
    folder = tmp_path / "state" / "nats"
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(folder)]
    with contextlib.suppress(OSError):
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            yield folder
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
            return
    pytest.skip("a file system can only be mounted as root on Linux")


async def test_nats_accepts_events_again_after_its_disk_was_full(small_disk: Path, start_stack: StartStack) -> None:
    with start_stack() as stack:
        connection = await nats.connect(stack.urls()["nats"], max_reconnect_attempts=-1)
        stream = connection.jetstream(timeout=1)
        await stream.add_stream(name="EVENTS", subjects=["events"])

        async def is_accepted() -> bool:
            with contextlib.suppress(nats.errors.Error, nats.js.errors.Error):
                await stream.publish("events", bytes(4096))
                return True
            return False

        filler = small_disk / "filler"
        filler.write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
        assert not await is_accepted()
        filler.unlink()
        assert not await is_accepted()
        await eventually(is_accepted, within=60, every=0.5, what="an accepted event")
        await connection.close()
