"""A machine with some cores and single-threaded processes, on which buyers play the on-sale.

Each process serves its jobs one after another, and uses one core at most; when more processes have work than there are
cores, they share the cores evenly. Mongo and the gateway count as single-threaded too, which two cores hardly show.
"""

import heapq
import random
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field

Demand = Mapping[str, float]

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Step:
    """CPU seconds by process: of those that the response waits for, and of those that work afterwards."""

    name: str
    waits_for: Demand
    afterwards: Demand = field(default_factory=dict)


@dataclass(frozen=True)
class Simulated:
    """What the simulated buyers met. `times` are in seconds, by step."""

    seconds: float
    times: Mapping[str, Sequence[float]]


@dataclass
class _Job:
    left: float
    buyer: int | None


class _Machine:
    """Work queues of processes that share cores, and timers."""

    def __init__(self, cores: int) -> None:
        self.now = 0.0
        self._cores = cores
        self._queues: dict[str, deque[_Job]] = {}
        self._timers: list[tuple[float, int]] = []

    def add(self, process: str, seconds: float, buyer: int | None) -> None:
        self._queues.setdefault(process, deque()).append(_Job(seconds, buyer))

    def sleep(self, seconds: float, buyer: int) -> None:
        heapq.heappush(self._timers, (self.now + seconds, buyer))

    def advance(self) -> int | None:
        """Go on to the next event: the buyer whose job or pause has ended, None when nobody waits for the job."""
        busy = [queue for queue in self._queues.values() if queue]
        speed = min(1.0, self._cores / len(busy)) if busy else 1.0
        first = min(busy, key=lambda queue: queue[0].left, default=None)
        elapsed = first[0].left / speed if first else float("inf")
        if self._timers and self._timers[0][0] - self.now <= elapsed:
            elapsed, first = self._timers[0][0] - self.now, None
        for queue in busy:
            queue[0].left -= elapsed * speed
        self.now += elapsed
        return first.popleft().buyer if first else heapq.heappop(self._timers)[1]


class _Sale:
    """The buyers: each plays one journey after another until all tickets are paid."""

    def __init__(self, machine: _Machine, steps: Mapping[str, Step], *, tickets: int, conflicts: float, polls: float):
        self._machine = machine
        self._steps = steps
        self._left = tickets
        self._conflicts = conflicts
        self._polls = polls
        self._random = random.Random(14)  # noqa: S311
        self.times: dict[str, list[float]] = {name: [] for name in steps}

    def buy(self, buyer: int) -> Generator[None]:
        """Yields whenever the buyer waits for a job or a pause."""
        while self._left > 0:
            yield from self._step("list", buyer)
            yield from self._step("open", buyer)
            yield from self._step("reserve", buyer)
            if self._random.random() < self._conflicts / (1 + self._conflicts):
                continue
            yield from self._step("pay", buyer)
            for _ in range(round(self._polls + self._random.uniform(-0.5, 0.5))):
                yield from self._step("poll", buyer)
                self._machine.sleep(POLL_SECONDS, buyer)
                yield
            self._left -= 1

    def _step(self, name: str, buyer: int) -> Generator[None]:
        started_at, step = self._machine.now, self._steps[name]
        for process, seconds in step.waits_for.items():
            self._machine.add(process, seconds, buyer)
            yield
        for process, seconds in step.afterwards.items():
            self._machine.add(process, seconds, None)
        self.times[name].append(self._machine.now - started_at)


def simulate(
    steps: Sequence[Step], *, cores: int, active: int, tickets: int, conflicts: float, polls: float
) -> Simulated:
    """`active` buyers at a time until all tickets are paid; `conflicts` and `polls` for each paid journey."""
    machine = _Machine(cores)
    sale = _Sale(machine, {step.name: step for step in steps}, tickets=tickets, conflicts=conflicts, polls=polls)
    buyers = [sale.buy(number) for number in range(active)]
    waiting = sum(next(buyer, _ENDED) is not _ENDED for buyer in buyers)
    while waiting:
        number = machine.advance()
        if number is not None and next(buyers[number], _ENDED) is _ENDED:
            waiting -= 1
    return Simulated(machine.now, sale.times)


_ENDED = object()
