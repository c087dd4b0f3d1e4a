"""`ticketing bench`: what a request costs. CPU seconds of the service's own process, by route; latency beside it.

CPU is what to compare: wall time on a shared machine says more about its neighbours. Run it against a running stack.
"""

import asyncio
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

REQUESTS = 400
AT_ONCE = 8
TICKS = os.sysconf("SC_CLK_TCK")
HEAD = f"{'route':<34}{'requests':>9}{'CPU ms':>9}{'p50 ms':>9}{'p99 ms':>9}"

Ask = Callable[[int], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Figure:
    """What was measured of one route. `cpu_ms` is of the service's process, a request; latencies are the caller's."""

    route: str
    requests: int
    cpu_ms: float
    p50_ms: float
    p99_ms: float

    def __str__(self) -> str:
        return f"{self.route:<34}{self.requests:>9}{self.cpu_ms:>9.2f}{self.p50_ms:>9.1f}{self.p99_ms:>9.1f}"


@dataclass(frozen=True)
class Bench:
    """A stack to ask: each service's own address and process id."""

    urls: dict[str, str]
    pids: dict[str, int]
    http: httpx.AsyncClient

    async def measure(self, route: str, service: str, ask: Ask, *, expect: int, requests: int = REQUESTS) -> Figure:
        """Ask `requests` times, some at once. RuntimeError when an answer is not the expected one."""
        for index in range(AT_ONCE):
            await self._timed(ask, -1 - index, expect)
        before = cpu_seconds(self.pids[service])
        turns = iter(range(requests))
        times = [
            t for part in await asyncio.gather(*(self._turns(ask, turns, expect) for _ in range(AT_ONCE))) for t in part
        ]
        spent = cpu_seconds(self.pids[service]) - before
        times.sort()
        return Figure(
            route,
            requests,
            1000 * spent / requests,
            1000 * times[len(times) // 2],
            1000 * times[int(len(times) * 0.99)],
        )

    async def _turns(self, ask: Ask, turns: Iterator[int], expect: int) -> list[float]:
        return [await self._timed(ask, turn, expect) for turn in turns]

    async def _timed(self, ask: Ask, turn: int, expect: int) -> float:
        began = time.perf_counter()
        answer = await ask(turn)
        if answer.status_code != expect:
            raise RuntimeError(f"expected {expect}, came {answer.status_code}: {answer.text[:200]}")
        return time.perf_counter() - began


def cpu_seconds(pid: int) -> float:
    """CPU time that the process has used so far, user and system (Linux: /proc/PID/stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def figures(rows: dict[str, dict[str, Any]]) -> list[Figure]:
    """Measure every route that a buyer or seller uses; `rows` are those of `ticketing ps`, by name."""
    urls = {name: str(row["url"]) for name, row in rows.items()}
    pids = {name: int(row["pid"]) for name, row in rows.items()}
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        bench = Bench(urls, pids, http)
        email = f"bench-{secrets.token_hex(6)}@example.com"
        body = {"email": email, "password": "open sesame"}
        answer = await http.post(f"{urls['auth']}/api/users/signup", json=body)
        cookie = {"Cookie": f"session={answer.cookies['session']}"}
        http.cookies.clear()
        return [figure async for figure in _routes(bench, body, cookie)]


async def _routes(bench: Bench, account: dict[str, str], cookie: dict[str, str]) -> Any:
    http, urls = bench.http, bench.urls
    yield await bench.measure(
        "GET /api/users/currentuser",
        "auth",
        lambda _: http.get(f"{urls['auth']}/api/users/currentuser", headers=cookie),
        expect=200,
    )
    yield await bench.measure(
        "POST /api/users/signin",
        "auth",
        lambda _: http.post(f"{urls['auth']}/api/users/signin", json=account),
        expect=200,
        requests=100,
    )
    tickets: list[str] = []

    async def list_ticket(turn: int) -> httpx.Response:
        answer = await http.post(
            f"{urls['tickets']}/api/tickets", json={"title": f"Seat {turn}", "price": 12.5}, headers=cookie
        )
        tickets.append(answer.json()["id"])
        return answer

    yield await bench.measure("POST /api/tickets", "tickets", list_ticket, expect=201)
    yield await bench.measure(
        "GET /api/tickets/{id}",
        "tickets",
        lambda turn: http.get(f"{urls['tickets']}/api/tickets/{tickets[turn]}"),
        expect=200,
    )
    yield await bench.measure(
        "GET /api/tickets (50)", "tickets", lambda _: http.get(f"{urls['tickets']}/api/tickets"), expect=200
    )
    yield await bench.measure(
        "POST /api/orders",
        "orders",
        lambda turn: http.post(f"{urls['orders']}/api/orders", json={"ticketId": tickets[turn]}, headers=cookie),
        expect=201,
    )
    yield await bench.measure(
        "GET /api/orders (50)", "orders", lambda _: http.get(f"{urls['orders']}/api/orders", headers=cookie), expect=200
    )
