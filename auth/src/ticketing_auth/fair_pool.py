"""Threads that clients share fairly: a crowd keeps nobody waiting who was not part of it."""

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
    """How many turns each of up to 20,000 clients had in the last 30 to 60 seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._current, self._previous = Counter[str](), Counter[str]()
        self._ends = clock() + _PERIOD_SECONDS

    def of(self, client: str) -> int:
        """The number of this client's turns."""
        return self._current[client] + self._previous[client]

    def add(self, client: str) -> None:
        """Count a turn."""
        self._rotate()
        self._current[client] += 1

    def reward(self, client: str) -> None:
        """Its last turn counts in its favour, though not more than one turn altogether."""
        self._rotate()
        self._current[client] = max(self._current[client] - 2, -1 - self._previous[client])

    def _rotate(self) -> None:
        if self._clock() >= self._ends or len(self._current) >= _MAX_CLIENTS:
            self._current, self._previous = Counter(), self._current
            self._ends = self._clock() + _PERIOD_SECONDS


class FairPool:
    """Runs work in `threads` threads, with up to `max_waiting` more waiting, `max_per_client` of them one client's.

    Every other turn is that of the client that had the fewest lately, less the well used ones; among equals, of the
    one that came last, so that those who come after a crowd do not wait for it. In between clients have turns in the
    order in which they came, so that all have one. When all places are taken, a newcomer takes that of the client that
    had and wants the most; who finds none, or loses it, gets Unavailable at once.
    """

    def __init__(self, *, threads: int, max_waiting: int, max_per_client: int) -> None:
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="fair-pool")
        self._free = threads
        self._max_waiting = max_waiting
        self._max_per_client = max_per_client
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._turns = RecentTurns()
        self._by_age = True

    @property
    def waiting(self) -> int:
        """How much work waits for a thread."""
        return sum(map(len, self._waiting.values()))

    async def run(self, client: str, work: Callable[[], ResultT]) -> ResultT:
        """The result of `work`, when it is this client's turn."""
        await self._turn(client)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._free += 1
            self._start_next()

    def reward(self, client: str) -> None:
        """The client used its turn well: for a minute it goes before those of whom nothing is known."""
        self._turns.reward(client)

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
            elif turn.exception() is None:  # it had just begun
                self._free += 1
                self._start_next()
            raise

    def _make_room(self, client: str) -> None:
        if len(self._waiting.get(client, ())) >= self._max_per_client:
            raise _refusal()
        if self.waiting < self._max_waiting:
            return
        busiest = max(self._waiting, key=self._share)
        if self._share(busiest) <= self._share(client) + 1:
            raise _refusal()
        turn = self._waiting[busiest][-1]
        self._remove(busiest, turn)
        if not turn.cancelled():
            turn.set_exception(_refusal())

    def _share(self, client: str) -> int:
        return self._turns.of(client) + len(self._waiting.get(client, ()))

    def _start_next(self) -> None:
        while self._free and self._waiting:
            client = self._next()
            turn = self._waiting[client][0]
            self._remove(client, turn)
            if not turn.cancelled():
                self._turns.add(client)
                self._free -= 1
                turn.set_result(None)

    def _next(self) -> str:
        self._by_age = not self._by_age
        if self._by_age:
            return next(iter(self._waiting))
        return min(reversed(self._waiting), key=self._turns.of)

    def _remove(self, client: str, turn: "asyncio.Future[None]") -> None:
        """Clients that want more turns come to the end."""
        turns = self._waiting.pop(client, deque())
        if turn in turns:
            turns.remove(turn)
        if turns:
            self._waiting[client] = turns


def _refusal() -> Unavailable:
    return Unavailable("Too many sign-ins at the moment. Try again in a few seconds.")
