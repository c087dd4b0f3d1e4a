"""CPU time and latency of each route, asked at the services' own ports."""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from ticketing_local.ps import Row

REQUESTS = 400
AT_ONCE = 8
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
HEAD = f"{'route':<30}{'requests':>9}{'CPU ms':>9}{'p50 ms':>9}{'p99 ms':>9}"
ACCOUNT = {"password": "open sesame"}  # of a stack that lives as long as the bench

Ask = Callable[[int], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Figure:
    """What one route costs: CPU of the service's process a request, and the caller's latencies."""

    route: str
    requests: int
    cpu_ms: float
    p50_ms: float
    p99_ms: float

    def __str__(self) -> str:
        return f"{self.route:<30}{self.requests:>9}{self.cpu_ms:>9.2f}{self.p50_ms:>9.1f}{self.p99_ms:>9.1f}"


@dataclass(frozen=True)
class Meter:
    """One service under measurement."""

    url: str
    pid: int
    http: httpx.AsyncClient

    async def measure(self, route: str, ask: Ask, *, expect: int, requests: int = REQUESTS) -> Figure:
        """Ask `requests` times, a few at once, after a warm-up. RuntimeError when an answer is another status."""
        for turn in range(AT_ONCE):
            await _timed(ask, turn, expect)
        before = cpu_seconds(self.pid)
        turns = iter(range(requests))
        parts = await asyncio.gather(*(_take_turns(ask, turns, expect) for _ in range(AT_ONCE)))
        spent = cpu_seconds(self.pid) - before
        times = sorted(seconds for part in parts for seconds in part)
        p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
        return Figure(route, requests, 1000 * spent / requests, 1000 * p50, 1000 * p99)


def cpu_seconds(pid: int) -> float:
    """CPU time that the process has used so far, user and system (Linux: /proc/PID/stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


async def figures(rows: Sequence[Row]) -> list[Figure]:
    """Measure what buyers and sellers ask most; `rows` are those of `ticketing ps`."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        meters = {row.name: Meter(row.url or "", row.pid or 0, http) for row in rows}
        email = f"bench-{secrets.token_hex(6)}@example.com"
        account = {**ACCOUNT, "email": email}
        answer = await http.post(f"{meters['auth'].url}/api/users/signup", json=account)
        http.headers["Cookie"] = f"session={answer.cookies['session']}"
        http.cookies.clear()
        tickets: list[str] = []
        return [
            *[figure async for figure in _auth(meters["auth"], account)],
            *[figure async for figure in _tickets(meters["tickets"], tickets)],
            *[figure async for figure in _orders(meters["orders"], tickets)],
        ]


async def _auth(meter: Meter, account: dict[str, str]) -> AsyncIterator[Figure]:
    users = f"{meter.url}/api/users"
    yield await meter.measure(
        "GET /api/users/currentuser", lambda _: meter.http.get(f"{users}/currentuser"), expect=200
    )
    yield await meter.measure(
        "POST /api/users/signin", lambda _: meter.http.post(f"{users}/signin", json=account), expect=200, requests=100
    )


async def _tickets(meter: Meter, made: list[str]) -> AsyncIterator[Figure]:
    tickets = f"{meter.url}/api/tickets"

    async def list_one(turn: int) -> httpx.Response:
        answer = await meter.http.post(tickets, json={"title": f"Seat {turn}", "price": 12.5})
        made.append(answer.json()["id"])
        return answer

    yield await meter.measure("POST /api/tickets", list_one, expect=201)
    yield await meter.measure(
        "GET /api/tickets/{id}", lambda turn: meter.http.get(f"{tickets}/{made[turn]}"), expect=200
    )
    yield await meter.measure("GET /api/tickets (50)", lambda _: meter.http.get(tickets), expect=200)


async def _orders(meter: Meter, tickets: list[str]) -> AsyncIterator[Figure]:
    orders = f"{meter.url}/api/orders"
    free = iter(tickets)
    yield await meter.measure(
        "POST /api/orders", lambda _: meter.http.post(orders, json={"ticketId": next(free)}), expect=201
    )
    yield await meter.measure("GET /api/orders (50)", lambda _: meter.http.get(orders), expect=200)


async def _take_turns(ask: Ask, turns: Iterator[int], expect: int) -> list[float]:
    return [await _timed(ask, turn, expect) for turn in turns]


async def _timed(ask: Ask, turn: int, expect: int) -> float:
    began = time.perf_counter()
    answer = await ask(turn)
    if answer.status_code != expect:
        raise RuntimeError(f"expected {expect}, came {answer.status_code}: {answer.text[:200]}")
    return time.perf_counter() - began
