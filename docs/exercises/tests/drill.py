"""Runs a drill: the steps before a fault, those during it, and those after it, each with what is expected of it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from ticketing_test_support.api import GOOD_CARD, ApiClient, Json, NewClient
from ticketing_test_support.stack import Stack, ticketing
from ticketing_test_support.waiting import eventually

AFTER_SECONDS = 60.0


@dataclass
class Drill:
    """A seller and a buyer on a running stack. `tickets` and `orders` are by the names that the steps give."""

    stack: Stack
    new_client: NewClient
    seller: ApiClient
    buyer: ApiClient
    tickets: dict[str, Json] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)

    async def take(self, step: str) -> Any:
        """The result of a step: an HTTP status, the status of an order, or the exit status of the audit."""
        action, _, name = step.partition(" ")
        return await {
            "sign-up": self._sign_up,
            "list": self._list,
            "order": self._order,
            "pay": self._pay,
            "status": self._status,
            "ready": self._ready,
            "audit": self._audit,
        }[action](name)

    async def _sign_up(self, _name: str) -> int:
        await self.new_client()
        return 201

    async def _list(self, name: str) -> int:
        response = await self.seller.http.post("/api/tickets", json={"title": name, "price": 20})
        self.tickets[name] = response.json()
        return response.status_code

    async def _order(self, name: str) -> int:
        response = await self.buyer.http.post("/api/orders", json={"ticketId": self.tickets[name]["id"]})
        if response.is_success:
            self.orders[name] = response.json()
        return response.status_code

    async def _pay(self, name: str) -> int:
        body = {"orderId": self.orders[name]["id"], "token": GOOD_CARD}
        return (await self.buyer.http.post("/api/payments", json=body)).status_code

    async def _status(self, name: str) -> str:
        return str((await self.buyer.order(self.orders[name]))["status"])

    async def _ready(self, service: str) -> int:
        return (await self.readiness(service)).status_code

    async def _audit(self, _name: str) -> int:
        arguments = ("audit", "--settle", "60")
        return (await asyncio.to_thread(ticketing, *arguments, STATE_DIR=str(self.stack.state_dir))).returncode

    async def readiness(self, service: str) -> httpx.Response:
        """What the probe of a service gets."""
        async with httpx.AsyncClient(base_url=self.stack.urls()[service], timeout=30, trust_env=False) as http:
            return await http.get("/healthz/ready")

    async def expect(self, step: str, expected: Any, *, within: float = 0.0) -> None:
        """Repeat the step until its result is the expected one, for at most `within` seconds."""

        async def happens() -> bool:
            found.append(await self.take(step))
            return bool(found[-1] == expected)

        found: list[Any] = []
        try:
            await eventually(happens, within=within, every=0.5)
        except AssertionError:
            raise AssertionError(f"'{step}': expected {expected!r}, but it is {found[-1]!r}") from None


@asynccontextmanager
async def fault(stack: Stack, *arguments: str) -> AsyncIterator[None]:
    """`ticketing chaos run` with these arguments; entered once it has begun."""
    environment = {**os.environ, "STATE_DIR": str(stack.state_dir)}
    command = (sys.executable, "-m", "ticketing_local", "chaos", "run", *arguments)
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    first = await process.stdout.readline()
    try:
        assert first, f"ticketing chaos run {' '.join(arguments)} failed"
        yield
    finally:
        await process.communicate()
    assert process.returncode == 0, "the audit after the fault has findings"
