"""`ticketing bench`: CPU time and latency of each route, measured at the services' own ports on a temporary stack.

Compare CPU times: on a shared machine latencies depend on what else runs.
"""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from temporary_stack import temporary_stack
from ticketing_local.commands.ps import Row, rows
from ticketing_local.state import StateDir

REQUESTS = 400
CONCURRENCY = 8
WINDOW_SECONDS = 900
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
HEADER = f"{'route':<30}{'requests':>9}{'CPU ms':>9}{'p50 ms':>9}{'p99 ms':>9}"
PASSWORD = "open sesame"  # noqa: S105  of a temporary stack

Send = Callable[[int], Awaitable[httpx.Response]]


def main() -> None:
    """Print a table with one line for each route."""
    print("Starting a temporary stack:", flush=True)
    with temporary_stack(window_seconds=WINDOW_SECONDS) as stack:
        print(f"\n{HEADER}", flush=True)
        for result in asyncio.run(measure_routes(rows(StateDir(stack.state_dir)))):
            print(result, flush=True)


@dataclass(frozen=True)
class Result:
    """The cost of one route: CPU time of the service per request, and latencies."""

    route: str
    requests: int
    cpu_ms: float
    p50_ms: float
    p99_ms: float

    def __str__(self) -> str:
        return f"{self.route:<30}{self.requests:>9}{self.cpu_ms:>9.2f}{self.p50_ms:>9.1f}{self.p99_ms:>9.1f}"


@dataclass(frozen=True)
class Service:
    """A service to measure."""

    url: str
    pid: int
    http: httpx.AsyncClient

    async def measure(self, route: str, send: Send, *, expect: int, requests: int = REQUESTS) -> Result:
        """Send `requests` requests, a few concurrently, after a warm-up. RuntimeError on another status."""
        for number in range(CONCURRENCY):
            await _timed(send, number, expect)
        before = cpu_seconds(self.pid)
        numbers = iter(range(requests))
        parts = await asyncio.gather(*(_send_each(send, numbers, expect) for _ in range(CONCURRENCY)))
        spent = cpu_seconds(self.pid) - before
        times = sorted(seconds for part in parts for seconds in part)
        p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
        return Result(route, requests, 1000 * spent / requests, 1000 * p50, 1000 * p99)


def cpu_seconds(pid: int) -> float:
    """User and system CPU time that the process has used (Linux: /proc/PID/stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


async def measure_routes(processes: Sequence[Row]) -> list[Result]:
    """Measure the busiest routes of a running stack."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        services = {row.name: Service(row.url or "", row.pid or 0, http) for row in processes}
        account = {"email": f"bench-{secrets.token_hex(6)}@example.com", "password": PASSWORD}
        response = await http.post(f"{services['auth'].url}/api/users/signup", json=account)
        http.headers["Cookie"] = f"session={response.cookies['session']}"
        http.cookies.clear()
        ticket_ids: list[str] = []
        return [
            *[result async for result in _auth(services["auth"], account)],
            *[result async for result in _tickets(services["tickets"], ticket_ids)],
            *[result async for result in _orders(services["orders"], ticket_ids)],
        ]


async def _auth(auth: Service, account: dict[str, str]) -> AsyncIterator[Result]:
    users = f"{auth.url}/api/users"
    yield await auth.measure("GET /api/users/currentuser", lambda _: auth.http.get(f"{users}/currentuser"), expect=200)
    yield await auth.measure(
        "POST /api/users/signin", lambda _: auth.http.post(f"{users}/signin", json=account), expect=200, requests=100
    )


async def _tickets(service: Service, ids: list[str]) -> AsyncIterator[Result]:
    """Appends the ids of the tickets that it creates."""
    tickets, http = f"{service.url}/api/tickets", service.http

    async def create(number: int) -> httpx.Response:
        response = await http.post(tickets, json={"title": f"Seat {number}", "price": 12.5})
        ids.append(response.json()["id"])
        return response

    yield await service.measure("POST /api/tickets", create, expect=201)
    yield await service.measure("GET /api/tickets/{id}", lambda i: http.get(f"{tickets}/{ids[i]}"), expect=200)
    yield await service.measure("GET /api/tickets (50)", lambda _: http.get(tickets), expect=200)


async def _orders(service: Service, ticket_ids: list[str]) -> AsyncIterator[Result]:
    orders, http, free = f"{service.url}/api/orders", service.http, iter(ticket_ids)
    yield await service.measure(
        "POST /api/orders", lambda _: http.post(orders, json={"ticketId": next(free)}), expect=201
    )
    yield await service.measure("GET /api/orders (50)", lambda _: http.get(orders), expect=200)


async def _send_each(send: Send, numbers: Iterator[int], expect: int) -> list[float]:
    return [await _timed(send, number, expect) for number in numbers]


async def _timed(send: Send, number: int, expect: int) -> float:
    started_at = time.perf_counter()
    response = await send(number)
    if response.status_code != expect:
        raise RuntimeError(f"expected {expect}, got {response.status_code}: {response.text[:200]}")
    return time.perf_counter() - started_at


if __name__ == "__main__":
    main()
