"""The first deploy: nobody knows in which order things come up, and nobody restarts anything.

Each service has a MongoDB of its own here, as in Kubernetes. ARRIVAL_SECONDS=120 spreads the arrivals over two minutes;
ARRIVAL_SEED repeats an order, which a failing test prints.
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
from pathlib import Path

import httpx
import pytest

from ticketing_local.binaries import find_binary
from ticketing_local.commands.up import SERVERS
from ticketing_local.ports import claim_ports, free_gateway_port
from ticketing_local.processes.gateway import gateway
from ticketing_local.processes.infrastructure import stripe
from ticketing_local.processes.process import Layout, Process, port_names
from ticketing_local.processes.services import services
from ticketing_local.settings import SERVICES, read_settings
from ticketing_test_support.servers import Server, mongod, nats_server, redis_server
from ticketing_test_support.stack import ticketing
from ticketing_test_support.waiting import wait_until

ARRIVAL_SECONDS = float(os.environ.get("ARRIVAL_SECONDS", "6"))
PATIENCE_SECONDS = 180.0  # a busy machine is no failure
WINDOW_SECONDS = 4

Starts = Mapping[str, Callable[[], object]]


@pytest.mark.timeout(3 * PATIENCE_SECONDS + ARRIVAL_SECONDS)
def test_whatever_comes_last_all_become_ready_and_sell_without_a_restart(tmp_path: Path) -> None:
    with layout(tmp_path) as own, ExitStack() as running:
        mongos = {service: mongod(tmp_path / service) for service in SERVICES}
        table = [with_own_mongo(item, mongos) for item in (*services(own), gateway(own))]
        early = {item.name: running.enter_context(started(item, tmp_path)) for item in table}
        urls = [str(item.url) for item in table if item.name in SERVICES]
        wait_until(
            lambda: [status(f"{url}/healthz/live") for url in urls] == [200] * 5, within=PATIENCE_SECONDS, what="HTTP"
        )
        assert [status(f"{url}/healthz/ready") for url in urls] == [503] * 5

        servers = {f"mongo of {name}": mongo for name, mongo in mongos.items()}
        servers["nats"] = nats_server(tmp_path, port=own.ports["nats"])
        servers["redis"] = redis_server(tmp_path, port=own.ports["redis"])
        late: dict[str, Callable[[], object]] = {name: server.start for name, server in servers.items()}
        late["stripe"] = lambda: running.enter_context(started(stripe(own), tmp_path))
        for server in servers.values():
            running.callback(server.kill)
        arrive(late)

        wait_until(lambda: all(map(has_all, urls)), within=PATIENCE_SECONDS, what="every service with all it needs")
        demo = ticketing("demo", "--url", f"http://127.0.0.1:{own.settings.port}")
        assert demo.stdout.endswith("All 20 steps succeeded.\n"), demo.stdout
        assert [name for name, process in early.items() if process.poll() is not None] == []


def arrive(late: Starts) -> None:
    """Start each after its own random delay."""
    seed = os.environ.get("ARRIVAL_SEED") or secrets.token_hex(4)
    chance = random.Random(seed)
    order = sorted((chance.uniform(0, ARRIVAL_SECONDS), name) for name in late)
    told = ", ".join(f"{name} after {delay:.1f} s" for delay, name in order)
    sys.stdout.write(f"ARRIVAL_SEED={seed}: {told}\n")
    began = time.monotonic()
    for delay, name in order:
        time.sleep(max(0.0, began + delay - time.monotonic()))
        late[name]()


@contextmanager
def layout(folder: Path) -> Iterator[Layout]:
    """Ports, binaries and secrets of a stack that nobody has started."""
    own = {"STATE_DIR": str(folder), "PORT": str(free_gateway_port()), "EXPIRATION_WINDOW_SECONDS": str(WINDOW_SECONDS)}
    settings = read_settings({**os.environ, **own})
    ports = claim_ports(port_names(settings))
    binaries = {name: str(find_binary(name)) for name in SERVERS}
    try:
        yield Layout(settings, ports.numbers, binaries, secrets.token_hex(32), f"whsec_{secrets.token_hex(16)}")
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
    """Running, once; what it says is in its log."""
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


def status(url: str) -> int:
    """Of a GET; 0 when nobody answers."""
    try:
        return httpx.get(url, timeout=10, trust_env=False).status_code
    except httpx.HTTPError:
        return 0


def has_all(url: str) -> bool:
    """Whether it is ready, and its broker (and Redis, where it has one) is up."""
    answer = httpx.get(f"{url}/healthz/ready", timeout=10, trust_env=False)
    return answer.is_success and "down" not in answer.json().values()
