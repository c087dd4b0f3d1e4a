"""1,000 clients that follow the tickets at one process: what each costs while nothing happens, and when it does."""

import asyncio
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from ticketing_bench.data import Data
from ticketing_bench.http import percentile
from ticketing_bench.load import LoadError
from ticketing_bench.processes import cpu_seconds, resident_mib, wait_until_quiet
from ticketing_bench.results import Result
from ticketing_bench.seed import TICKET
from ticketing_bench.stack import HOST, Stack, User, driver

NAME = "1,000 event streams"
STREAMS = 1_000
EVENTS = 50
# So that no two events are sent together.
PAUSE_SECONDS = 0.3
IDLE_SECONDS = 20
PATIENCE_SECONDS = 30
_KIB = 1024
_REQUEST = b"GET /api/tickets/stream HTTP/1.1\r\nHost: tickets\r\n\r\n"
_EVENT = b"\nevent: new\n"


class Client(asyncio.Protocol):
    """Counts the tickets that it is told of, and notes when each of them came."""

    def __init__(self) -> None:
        self.is_open = False
        self.arrivals: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(_REQUEST)  # type: ignore[attr-defined]  # a Transport

    def data_received(self, data: bytes) -> None:
        self.is_open = self.is_open or data.startswith(b"HTTP/1.1 200")
        self.arrivals += [time.perf_counter()] * data.count(_EVENT)


def run_streams(stack: Stack, data: Data, bare: float) -> Result:
    """CPU time per event and client. LoadError when a stream is refused, or an event does not arrive."""
    [user] = data.users(1)
    return asyncio.run(_measure(stack, user, bare))


async def _measure(stack: Stack, user: User, bare: float) -> Result:
    pid = stack.pids["tickets"]
    before = resident_mib(pid)
    clients = await _connect(stack)
    memory = resident_mib(pid) - before
    idle = await _idle_share(pid)
    await asyncio.to_thread(wait_until_quiet, pid)
    started = cpu_seconds(pid)
    created = await _create(stack.urls["tickets"], user)
    await _wait_for(clients, lambda client: len(client.arrivals) >= EVENTS, "the last event")
    spent = cpu_seconds(pid) - started
    delays = sorted(
        1000 * (arrival - at)
        for client in clients
        for arrival, at in zip(client.arrivals[:EVENTS], created, strict=True)
    )
    figures = {"KiB_per_stream": memory * _KIB / STREAMS, "idle_CPU_percent": 100 * idle}
    figures |= {f"p{percent}_ms": percentile(delays, percent) for percent in (50, 99)}
    cpu = 1000 * spent / (EVENTS * STREAMS)
    return Result(NAME, "tickets", cpu=cpu, bare=bare, figures=figures, driver=driver())


async def _connect(stack: Stack) -> list[Client]:
    port = urlsplit(stack.urls["tickets"]).port or 0
    loop, clients = asyncio.get_running_loop(), []
    for _ in range(STREAMS):
        _, client = await loop.create_connection(Client, HOST, port)
        clients.append(client)
    await _wait_for(clients, lambda client: client.is_open, "the last stream")
    return clients


async def _idle_share(pid: int) -> float:
    """Of a core, heartbeats included."""
    before, started = cpu_seconds(pid), time.monotonic()
    await asyncio.sleep(IDLE_SECONDS)
    return (cpu_seconds(pid) - before) / (time.monotonic() - started)


async def _create(url: str, user: User) -> list[float]:
    """When each ticket's 201 came."""
    times = []
    async with httpx.AsyncClient(base_url=url, trust_env=False, cookies={"session": user.session}) as http:
        for _ in range(EVENTS):
            response = await http.post("/api/tickets", json=TICKET)
            response.raise_for_status()
            times.append(time.perf_counter())
            await asyncio.sleep(PAUSE_SECONDS)
    return times


async def _wait_for(clients: list[Client], is_done: Callable[[Client], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not all(map(is_done, clients)):
        if time.monotonic() > deadline:
            raise LoadError(f"{what} did not arrive within {PATIENCE_SECONDS} s")
        await asyncio.sleep(0.05)
