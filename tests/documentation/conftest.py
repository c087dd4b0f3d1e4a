"""Where the documentation's commands run: on the shared stack, and with kubectl on a stand-in for a cluster."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from tests.documentation.blocks import ROOT, Block
from tests.documentation.cluster import Cluster, kubeconfig, serving
from tests.documentation.runner import LinkedCheckout, NewCheckout, Run, RunBlock

from ticketing_common.messaging import connect_readonly, headers
from ticketing_local.ports import free_gateway_port
from ticketing_test_support.api import Json
from ticketing_test_support.stack import Stack

FOLDERS = ("k8s", "k8s-dev", "k8s-prod", "k8s-emulator", "observability/k8s")
SECRETS = ("jwt-secret", "stripe-secret", "mongo-credentials", "nats-credentials", "redis-credentials")
KUBECTL = Path(__file__).with_name("kubectl.py")
REPORT = os.environ.get("DOCUMENTED_COMMANDS")


@pytest.fixture(scope="session")
def checkout_of(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewCheckout]:
    """Call it with a page: its blocks share a folder and a cluster, and run in their order."""
    checkouts: dict[str, LinkedCheckout] = {}
    with ExitStack() as servers:

        def checkout_of(page: str) -> LinkedCheckout:
            if page not in checkouts:
                folder = tmp_path_factory.mktemp("page")
                server = servers.enter_context(serving(cluster_for(page, stack)))
                checkouts[page] = LinkedCheckout(folder / "checkout", environment(folder, stack, server))
            return checkouts[page]

        yield checkout_of
    report([*checkouts.values()])


def environment(folder: Path, stack: Stack, server: str) -> dict[str, str]:
    """That of the commands: the shared stack, the stand-in cluster, and the values that production.env would have."""
    commands = folder / "bin"
    commands.mkdir()
    kubectl = commands / "kubectl"
    kubectl.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{KUBECTL}" "{shutil.which("kubectl")}" "$@"\n')
    kubectl.chmod(0o755)
    (folder / "kubeconfig").write_text(yaml.safe_dump(dict(kubeconfig(server))))
    urls = stack.urls()
    ports = {name: str(urlsplit(url).port) for name, url in urls.items()}
    return {
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "KUBECONFIG": str(folder / "kubeconfig"),
        "LOCAL_PORTS": " ".join(f"{name}={port}" for name, port in ports.items()),
        "STATE_DIR": str(stack.state_dir),
        "REGISTRY": "registry.example.net/shop",
        "HOST": "tickets.example.org",
    }


def cluster_for(page: str, stack: Stack) -> Cluster:
    """With every manifest, and the Secrets that the page does not create itself. The operator's are the stack's."""
    cluster = Cluster()
    for folder in FOLDERS:
        cluster.load(ROOT / "infra" / folder)
    for name in ("default", "monitoring"):
        cluster.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    made_here = re.findall(r"kubectl create secret generic (\S+)", (ROOT / page).read_text())
    urls = stack.urls()
    for name in {*SECRETS} - {*made_here}:
        password = urlsplit(urls.get(name.removesuffix("-credentials"), "")).password or "secret"
        metadata = {"name": name}
        cluster.add({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"ops": password}})
    return cluster


@pytest.fixture
def run_block(checkout_of: NewCheckout, values: Callable[[Block], dict[str, str]]) -> RunBlock:
    """Call it with a block, to run it to its end."""

    def run_block(block: Block) -> Run:
        if re.search(r"kubectl|infra/release/", block.text) and shutil.which("kubectl") is None:
            pytest.skip("kubectl is not installed; CI has it")
        return checkout_of(block.page).run(block, values(block))

    return run_block


@pytest.fixture
def own_stack(tmp_path: Path) -> dict[str, str]:
    """Where a block may start a stack beside the shared one."""
    return {"STATE_DIR": str(tmp_path / "state"), "PORT": str(free_gateway_port())}


@pytest.fixture
def values(stack: Stack, expired_order: Json) -> Callable[[Block], dict[str, str]]:
    """What replaces the examples in a block."""
    gateway = stack.url.removeprefix("http://")

    def values(block: Block) -> dict[str, str]:
        found = {
            "localhost:8080": gateway,
            "127.0.0.1:8080": gateway,
            "http://ticketing.dev": stack.url,
            "ID": expired_order["id"],
        }
        is_dead = re.search(r"\bdead (show|replay|drop) 17\b", block.text)
        return found | ({"17": str(asyncio.run(dead_letter(stack, expired_order["id"])))} if is_dead else {})

    return values


async def dead_letter(stack: Stack, order_id: str) -> int:
    """Dead-letter an event that has been handled; returns its id."""
    async with connect_readonly(stack.urls()["nats"]) as jetstream:
        sequence = 0
        while True:
            event = await jetstream.get_msg("TICKETING", seq=sequence + 1, subject="order.created", next=True)
            sequence = event.seq or 0
            if order_id in (event.data or b"").decode():
                break
        stored = {
            **{name: text for name, text in (event.headers or {}).items() if not name.startswith("Nats-")},
            "Nats-Msg-Id": f"documented-{sequence}-{os.urandom(4).hex()}",
            headers.DEAD_DURABLE: "tickets-order-created",
            headers.DEAD_SUBJECT: "order.created",
            headers.DEAD_SEQUENCE: str(sequence),
            headers.DEAD_REASON: "KeyError: 'price'",
        }
        published = await jetstream.publish("dead.tickets-order-created", event.data or b"", headers=stored)
        return published.seq


def report(checkouts: list[LinkedCheckout]) -> None:
    """Append the blocks that have run to the file that DOCUMENTED_COMMANDS names."""
    if REPORT is None:
        return
    with Path(REPORT).open("a") as file:
        for run in (run for checkout in checkouts for run in checkout.runs):
            result = "ran" if run.status == 0 else f"FAILED with {run.status}"
            file.write(f"{run.block.name}  {result} in {run.seconds:.1f} s\n")
            file.writelines(f"    {command}\n" for command in run.block.commands)
