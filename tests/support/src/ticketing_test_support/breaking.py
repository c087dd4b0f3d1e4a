"""Break a process of a running stack, as accidents do."""

import contextlib
import json
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from ticketing_local.state import write_private
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import wait_until

BACK_WITHIN_SECONDS = 60.0


def kill(stack: Stack, name: str) -> None:
    """SIGKILL; return when the supervisor has started another one, which may not be ready yet."""
    killed = stack.pid(name)
    os.kill(killed, signal.SIGKILL)
    supervisor = stack.supervisor()
    wait_until(
        lambda: supervisor.states()[name].pid not in (None, killed), within=BACK_WITHIN_SECONDS, what=f"{name} back"
    )


@contextlib.contextmanager
def frozen(stack: Stack, name: str) -> Iterator[None]:
    """SIGSTOP: the process holds its connections and does nothing until left."""
    pid = stack.pid(name)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def down(stack: Stack, name: str) -> Iterator[None]:
    """Killed without a word, and held down until left.

    The supervisor is told to stop the process, as `supervisorctl stop` does, or it would restart it; the process is
    frozen before that, so that the SIGTERM that comes with it is never heard, and then killed.
    """
    supervisor, pid = stack.supervisor(), stack.pid(name)
    os.kill(pid, signal.SIGSTOP)
    supervisor.stop_process(name)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: supervisor.states()[name].state == "stopped", within=BACK_WITHIN_SECONDS, what=f"{name} down")
    try:
        yield
    finally:
        supervisor.start_process(name)
        wait_until(lambda: supervisor.states()[name].is_running, within=BACK_WITHIN_SECONDS, what=f"{name} up")


@contextlib.contextmanager
def rewired(stack: Stack, name: str, *, wrapper: Sequence[str] = (), **environment: str) -> Iterator[None]:
    """Restarted with other settings, and with `-m MODULE …` of its command run by `wrapper`; as it was when left."""
    file = stack.state_dir / "run" / f"{name}.json"
    before = file.read_text()
    program = json.loads(before)
    program["env"] |= environment
    program["argv"] = [program["argv"][0], *wrapper, *program["argv"][1:]]
    write_private(file, json.dumps(program))
    kill(stack, name)
    try:
        yield
    finally:
        write_private(file, before)
        kill(stack, name)


def wipe_redis(stack: Stack) -> None:
    """FLUSHALL."""
    port = urlsplit(stack.urls()["redis"]).port or 6379
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        answer = connection.recv(16)
    if not answer.startswith(b"+OK"):
        raise AssertionError(f"Redis did not wipe itself: {answer!r}")
