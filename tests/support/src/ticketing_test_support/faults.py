"""Faults of processes of a running stack: those of `ticketing chaos`, and what only tests do."""

import contextlib
import json
import os
import signal
from collections.abc import Iterator, Sequence

from ticketing_common.messaging import StoredEvent, connect_readonly
from ticketing_common.messaging import republish as publish_again
from ticketing_local.chaos import processes, servers
from ticketing_local.chaos.fault import Target
from ticketing_local.state import write_private
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import wait_until

BACK_WITHIN_SECONDS = 60.0


def target(stack: Stack, name: str) -> Target:
    """A process that runs."""
    stack.pid(name)
    return Target(stack.supervisor(), stack.urls(), name)


def kill(stack: Stack, name: str) -> None:
    """SIGKILL; return when the supervisor has restarted it, which is before it is ready."""
    killed = stack.pid(name)
    os.kill(killed, signal.SIGKILL)
    supervisor = stack.supervisor()
    wait_until(
        lambda: supervisor.states()[name].pid not in (None, killed), within=BACK_WITHIN_SECONDS, what=f"{name} back"
    )


@contextlib.contextmanager
def frozen(stack: Stack, name: str) -> Iterator[None]:
    """SIGSTOP: while inside, the process keeps its connections and does nothing."""
    with processes.paused(target(stack, name)):
        yield


@contextlib.contextmanager
def down(stack: Stack, name: str) -> Iterator[None]:
    """While inside, the process is killed and not restarted."""
    supervisor = stack.supervisor()
    with processes.away(target(stack, name)):
        yield
    wait_until(lambda: supervisor.states()[name].is_running, within=BACK_WITHIN_SECONDS, what=f"{name} up")


@contextlib.contextmanager
def restarted_with(stack: Stack, name: str, *, wrapper: Sequence[str] = (), **environment: str) -> Iterator[None]:
    """While inside, it runs with other settings, and `wrapper` runs the `-m MODULE …` of its command."""
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
    with servers.wiped_redis(target(stack, "redis")):
        pass


async def republish(stack: Stack, events: Sequence[StoredEvent]) -> None:
    """Publish them in this order, without the ids by which JetStream would take them for duplicates."""
    async with connect_readonly(stack.urls()["nats"]) as jetstream:
        await publish_again(jetstream, events)
