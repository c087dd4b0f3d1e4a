"""Threads that clients share fairly: whoever had the fewest turns lately is next."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ticketing_common.errors import Unavailable

ResultT = TypeVar("ResultT")

_PERIOD_SECONDS = 30.0
_MAX_CLIENTS = 10_000


class RecentTurns:
    """How often each client was served or refused in the last 30 to 60 seconds, of up to 20,000 clients."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._current, self._previous = Counter[str](), Counter[str]()
        self._ends = clock() + _PERIOD_SECONDS

    def of(self, client: str) -> int:
        """The number of this client's turns."""
        return self._current[client] + self._previous[client]

    def add(self, client: str) -> None:
        """Count a turn."""
        if self._clock() >= self._ends or len(self._current) >= _MAX_CLIENTS:
            self._current, self._previous = Counter(), self._current
            self._ends = self._clock() + _PERIOD_SECONDS
        self._current[client] += 1


class FairPool:
    """Runs work in `threads` threads, with up to `max_waiting` more waiting, `max_per_client` of them one client's.

    A newcomer takes the place of a client that had more turns; who finds none, or loses it, gets Unavailable at once.
    """

    def __init__(self, *, threads: int, max_waiting: int, max_per_client: int) -> None:
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="fair-pool")
        self._free = threads
        self._max_waiting = max_waiting
        self._max_per_client = max_per_client
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._turns = RecentTurns()

    async def run(self, client: str, work: Callable[[], ResultT]) -> ResultT:
        """The result of `work`, when it is this client's turn."""
        await self._turn(client)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._free += 1
            self._start_next()

    async def _turn(self, client: str) -> None:
        self._make_room(client)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(turn)
        self._start_next()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._remove(client, turn)
            else:  # it had just begun
                self._free += 1
                self._start_next()
            raise

    def _make_room(self, client: str) -> None:
        if len(self._waiting.get(client, ())) >= self._max_per_client:
            raise self._refusal(client)
        if sum(map(len, self._waiting.values())) < self._max_waiting:
            return
        busiest = max(self._waiting, key=self._turns.of)
        if self._turns.of(busiest) <= self._turns.of(client):
            raise self._refusal(client)
        turn = self._waiting[busiest][-1]
        self._remove(busiest, turn)
        turn.set_exception(self._refusal(busiest))

    def _start_next(self) -> None:
        while self._free and self._waiting:
            client = min(self._waiting, key=self._turns.of)
            turn = self._waiting[client][0]
            self._remove(client, turn)
            self._turns.add(client)
            self._free -= 1
            turn.set_result(None)

    def _remove(self, client: str, turn: "asyncio.Future[None]") -> None:
        turns = self._waiting[client]
        turns.remove(turn)
        if not turns:
            del self._waiting[client]

    def _refusal(self, client: str) -> Unavailable:
        self._turns.add(client)
        return Unavailable("Too many sign-ins at the moment. Try again in a few seconds.")
