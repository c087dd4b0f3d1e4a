"""Servers may start after the services, in any order: nothing needs a restart.

Each service has a MongoDB of its own here, as in Kubernetes. START_SEED repeats an order, which a failing test prints.
"""

import os
import random
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest

from ticketing_local.binaries import find_binary
from ticketing_local.commands.up import SERVERS
from ticketing_local.credentials import Credentials
from ticketing_local.ports import claim_ports, free_gateway_port
from ticketing_local.processes.gateway import gateway
from ticketing_local.processes.infrastructure import nats, redis, stripe
from ticketing_local.processes.process import Layout, Process, port_names
from ticketing_local.processes.services import services
from ticketing_local.settings import SERVICES, read_settings
from ticketing_test_support.servers import Server, mongod
from ticketing_test_support.stack import ticketing
from ticketing_test_support.waiting import wait_until

SPREAD_SECONDS = 6.0
READY_WITHIN_SECONDS = 180.0


@pytest.mark.timeout(3 * READY_WITHIN_SECONDS)
def test_servers_may_start_in_any_order_after_services(tmp_path: Path) -> None:
    with layout(tmp_path) as own, ExitStack() as running:
        mongos = {service: mongod(tmp_path / service) for service in SERVICES}
        table = [with_own_mongo(item, mongos) for item in (*services(own), gateway(own))]
        processes = {item.name: running.enter_context(started(item, tmp_path)) for item in table}
        urls = [str(item.url) for item in table if item.name in SERVICES]
        wait_until(lambda: statuses(urls, "live") == {200}, within=READY_WITHIN_SECONDS, what="every service alive")
        assert statuses(urls, "ready") == {503}

        servers = {f"mongo of {name}": mongo for name, mongo in mongos.items()}
        for server in servers.values():
            running.callback(server.kill)
        others = [build(own) for build in (nats, redis, stripe)]
        start_in_random_order(
            {name: server.start for name, server in servers.items()}
            | {item.name: partial(running.enter_context, started(item, tmp_path)) for item in others}
        )
        wait_until(lambda: all(map(has_everything, urls)), within=READY_WITHIN_SECONDS, what="every service ready")
        demo = ticketing("demo", "--url", f"http://127.0.0.1:{own.settings.port}")
        assert demo.stdout.endswith(" steps succeeded.\n"), demo.stdout
        assert [name for name, process in processes.items() if process.poll() is not None] == []


def start_in_random_order(starts: Mapping[str, Callable[[], object]]) -> None:
    """Each after its own random delay."""
    seed = os.environ.get("START_SEED") or secrets.token_hex(4)
    choice = random.Random(seed)
    delays = sorted((choice.uniform(0, SPREAD_SECONDS), name) for name in starts)
    sys.stdout.write(f"START_SEED={seed}: {delays}\n")
    began = time.monotonic()
    for delay, name in delays:
        time.sleep(max(0.0, began + delay - time.monotonic()))
        starts[name]()


@contextmanager
def layout(folder: Path) -> Iterator[Layout]:
    """Ports, binaries and secrets of a stack that is not started."""
    own = {"STATE_DIR": str(folder), "PORT": str(free_gateway_port()), "EXPIRATION_WINDOW_SECONDS": "4"}
    settings = read_settings({**os.environ, **own})
    ports = claim_ports(port_names(settings))
    binaries = {name: str(find_binary(name)) for name in SERVERS}
    try:
        random_secrets = secrets.token_hex(32), f"whsec_{secrets.token_hex(16)}", Credentials(secrets.token_hex(32))
        yield Layout(settings, ports.numbers, binaries, *random_secrets)
    finally:
        ports.release()


def with_own_mongo(process: Process, mongos: Mapping[str, Server]) -> Process:
    """The worker shares that of expiration."""
    service = process.name.removesuffix("-worker")
    if service not in mongos:
        return process
    uri = f"{mongos[service].url}/{service}"
    return replace(process, environment={**process.environment, "MONGO_URI": uri})


@contextmanager
def started(process: Process, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Running, without a supervisor that would restart it."""
    for path in process.folders:
        path.mkdir(parents=True, exist_ok=True)
    for path, text in process.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with (folder / f"{process.name}.log").open("wb") as log:
        running = subprocess.Popen(process.command, env=process.environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(30)


def statuses(urls: list[str], probe: str) -> set[int]:
    """Of this probe of each service; 0 without a response."""

    def status(url: str) -> int:
        try:
            return httpx.get(f"{url}/healthz/{probe}", timeout=10, trust_env=False).status_code
        except httpx.HTTPError:
            return 0

    return set(map(status, urls))


def has_everything(url: str) -> bool:
    """Whether it is ready, and so are its broker and Redis."""
    response = httpx.get(f"{url}/healthz/ready", timeout=10, trust_env=False)
    return response.is_success and "down" not in response.json().values()
