"""Measure the resources and connections of the processes in a running local stack, for the figures in the manifests.

STATE_DIR=… .venv/bin/python -m ticketing_bench.measure_resources     (Linux, with `ss`)

Prints memory (RSS) and CPU when idle and the highest sample of each under load, then every observed connection.
"""

import asyncio
import contextlib
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping

import httpx

from ticketing_bench.processes import cpu_by_name, resident_mib
from ticketing_local.commands.ps import rows
from ticketing_local.settings import read_state_dir
from ticketing_local.state import StateDir

IDLE_SECONDS = 20
PURCHASES = 400
BUYERS = 8
ENDS = re.compile(r"\S+:(\d+)\s+\S+:(\d+)\s+users:\(\(.*?pid=(\d+)")


class Sampler:
    """Samples once a second: highest memory and CPU of each process, and all connections."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self.pids = pids
        self.memory = dict.fromkeys(pids, 0.0)
        self.cores = dict.fromkeys(pids, 0.0)
        self.connections: set[tuple[str, str]] = set()

    async def run(self) -> None:
        """Sample until cancelled."""
        before, at = cpu_by_name(self.pids), time.monotonic()
        while True:
            await asyncio.sleep(1)
            now, cpu = time.monotonic(), cpu_by_name(self.pids)
            for name in self.pids:
                self.cores[name] = max(self.cores[name], (cpu[name] - before[name]) / (now - at))
                self.memory[name] = max(self.memory[name], resident_mib(self.pids[name]))
            self.connections |= await asyncio.to_thread(connections, self.pids)
            before, at = cpu, now


def connections(pids: Mapping[str, int]) -> set[tuple[str, str]]:
    """(from, to) of the current connections between these processes."""
    names = {pid: name for name, pid in pids.items()}
    connected = subprocess.run(["ss", "-tnpH"], capture_output=True, text=True, check=True).stdout  # noqa: S607
    ends = [(int(here), int(there), names.get(int(pid))) for here, there, pid in ENDS.findall(connected)]
    listening = subprocess.run(["ss", "-tlnpH"], capture_output=True, text=True, check=True).stdout  # noqa: S607
    servers = {int(port): int(pid) for port, pid in re.findall(r":(\d+)\s+\S+\s+users:\(\(.*?pid=(\d+)", listening)}
    return {
        (source, names[servers[there]])
        for _, there, source in ends
        if source is not None and there in servers and servers[there] in names
    }


async def buy(urls: Mapping[str, str], count: int) -> None:
    """List, order, pay, and open the landing page and the order page, `count` times as one user."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        account = {"email": f"m-{secrets.token_hex(6)}@example.com", "password": "open sesame"}
        response = await http.post(f"{urls['auth']}/api/users/signup", json=account)
        http.headers["Cookie"] = f"session={response.cookies['session']}"
        http.cookies.clear()
        for turn in range(count):
            ticket = await http.post(f"{urls['tickets']}/api/tickets", json={"title": f"Row {turn}", "price": 20})
            order = await http.post(f"{urls['orders']}/api/orders", json={"ticketId": ticket.json()["id"]})
            payment = {"orderId": order.json()["id"], "token": "pm_card_visa"}
            paid = await http.post(f"{urls['payments']}/api/payments", json=payment)
            paid.raise_for_status()
            for path in ("/", f"/orders/{order.json()['id']}"):
                page = await http.get(f"{urls['gateway']}{path}")
                page.raise_for_status()


async def measure() -> None:
    """Sample idle and under load, and print the report."""
    found = rows(StateDir(read_state_dir(os.environ)))
    pids = {row.name: row.pid for row in found if row.pid is not None}
    urls = {row.name: row.url for row in found if row.url is not None}
    idle, busy = Sampler(pids), Sampler(pids)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(idle.run(), IDLE_SECONDS)
    sampling = asyncio.create_task(busy.run())
    await asyncio.gather(*(buy(urls, PURCHASES // BUYERS) for _ in range(BUYERS)))
    await asyncio.sleep(float(os.environ.get("SETTLE_SECONDS", "60")))  # unpaid orders expire
    sampling.cancel()
    report(idle, busy)


def report(idle: Sampler, busy: Sampler) -> None:
    """Print a Markdown table and the connections."""
    lines = ["| process | idle MiB | idle cores | busy MiB | busy cores |", "|---|---|---|---|---|"]
    for name in idle.pids:
        columns = (f"{sampler.memory[name]:.0f} | {sampler.cores[name]:.2f}" for sampler in (idle, busy))
        lines.append(f"| {name} | {' | '.join(columns)} |")
    pairs = sorted(idle.connections | busy.connections)
    lines += ["", *(f"{source} → {target}" for source, target in pairs)]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    asyncio.run(measure())
