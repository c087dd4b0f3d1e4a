"""The stack under test, and the floors beside it."""

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from bson import ObjectId
from pymongo import MongoClient

from ticketing_bench.load import LoadGenerator
from ticketing_bench.processes import cpu_by_name
from ticketing_bench.progress import say
from ticketing_bench.waiting import wait_for
from ticketing_common.tokens import issue
from ticketing_local.commands.ps import rows
from ticketing_local.ports import free_gateway_port
from ticketing_local.processes.services import uvicorn
from ticketing_local.state import StateDir
from ticketing_local.temporary_stack import temporary_stack

FLOOR = "floor"
HOST = "127.0.0.1"
WINDOW_SECONDS = 900
# A few users send the requests of thousands.
UNLIMITED = {"RATE_LIMITS": "off", "MAX_OPEN_RESERVATIONS": "1000000"}


def driver() -> str:
    """The MongoDB driver of the services and of the floors."""
    return os.environ.get("MONGO_DRIVER", "motor")


@dataclass(frozen=True)
class User:
    """A signed-in user."""

    id: str
    session: str


@dataclass(frozen=True)
class Stack:
    """A running stack: addresses and pids by process name, its secret, its databases, and the load generator."""

    state: StateDir
    urls: Mapping[str, str]
    pids: Mapping[str, int]
    load: LoadGenerator

    @classmethod
    def running(cls, state_dir: Path, load: LoadGenerator) -> "Stack":
        """The stack that runs on this folder."""
        state = StateDir(state_dir)
        found = rows(state)
        return cls(
            state=state,
            urls={row.name: row.url for row in found if row.url is not None},
            pids={row.name: row.pid for row in found if row.pid is not None},
            load=load,
        )

    @cached_property
    def mongo(self) -> "MongoClient[dict[str, Any]]":
        """All databases, for seeding and observing."""
        return MongoClient(self.urls["mongo"], tz_aware=True)

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far, by process."""
        return cpu_by_name(self.pids)

    def users(self, count: int) -> list[User]:
        """Sessions as auth issues them, for users without an account: only signing in needs one."""
        secret, now = self.state.secret("jwt-secret"), datetime.now(UTC)
        ids = [str(ObjectId()) for _ in range(count)]
        return [User(id_, issue(user_id=id_, email=f"{id_}@example.com", secret=secret, now=now)) for id_ in ids]


@contextlib.contextmanager
def temporary() -> Iterator[Stack]:
    """A fresh stack with the floors, on free ports and in a temporary folder. Raises StackError."""
    say("Starting a temporary stack:")
    with (
        temporary_stack(window_seconds=WINDOW_SECONDS, **UNLIMITED) as started,
        LoadGenerator() as load,
        _floor_server(Stack.running(started.state_dir, load)) as stack,
    ):
        yield stack


@contextlib.contextmanager
def _floor_server(stack: Stack) -> Iterator[Stack]:
    """The stack with one more process, `floor`: floor_app under the services' uvicorn options."""
    port = free_gateway_port()
    environment = {**os.environ, "MONGO_URI": stack.urls["mongo"]}
    command = (*uvicorn("ticketing_bench.floor_app:app", port), "--log-level", "warning")
    with subprocess.Popen(command, env=environment) as server:
        try:
            url = f"http://{HOST}:{port}"
            wait_for("the floor server responds", lambda: _is_up(url))
            yield Stack(stack.state, {**stack.urls, FLOOR: url}, {**stack.pids, FLOOR: server.pid}, stack.load)
        finally:
            server.terminate()


def _is_up(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{url}/bare?bytes=2", trust_env=False).is_success
    return False
