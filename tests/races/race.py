"""What every race is made of, and how its rounds are run."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, TypeVar

from tests.races.system import RacedSystem

from ticketing_ops.audit.snapshot import Document, Finding, Snapshot
from ticketing_test_support.api import Json

ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Outcome:
    """The ticket and order of a round, and the responses that its clients got."""

    ticket_id: str
    order: Json
    responses: tuple[str, ...] = ()

    @property
    def ticket_ids(self) -> Sequence[str]:
        """Of all tickets that the round is about."""
        return (self.ticket_id,)


class Race(ABC):
    """Requests that compete, what must come of them, and the guard without which something else does."""

    options: ClassVar[Mapping[str, Any] | None] = None
    """Of the system in this process; None races on the running stack."""
    defect_options: ClassVar[Mapping[str, Any]] = {}
    """Of the system whose guard is off."""
    concurrency: ClassVar[int] = 1
    slow: ClassVar[bool] = False
    """Left out of a run with few rounds."""
    ignored: ClassVar[Collection[str]] = ()
    """Guarantees that the race does not concern."""

    @abstractmethod
    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        """One round."""

    @abstractmethod
    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        """Outcomes that must not be."""

    @abstractmethod
    async def remove_guard(self, system: RacedSystem) -> None:
        """Switch off what protects from the race."""

    @abstractmethod
    def is_defect(self, finding: Finding) -> bool:
        """Whether the audit has found what the guard prevents."""

    async def run_all(self, system: RacedSystem, rounds: "Rounds") -> list[Outcome]:
        """All rounds."""
        return await rounds.run(lambda random: self.run(system, random), concurrency=self.concurrency)

    async def run_without_guard(self, system: RacedSystem) -> Outcome:
        """One round that goes wrong."""
        await self.remove_guard(system)
        return await self.run(system, Random(1))


@dataclass(frozen=True)
class Rounds:
    """`count` rounds; the same `seed` gives each the same timing again."""

    count: int
    seed: str

    async def run(self, race: Callable[[Random], Awaitable[ResultT]], *, concurrency: int = 1) -> list[ResultT]:
        """The outcome of each round. The first that fails names its number and seed, and ends the others."""
        slots = asyncio.Semaphore(concurrency)

        async def run_one(number: int) -> ResultT:
            async with slots:
                try:
                    return await race(Random(f"{self.seed}:{number}"))
                except Exception as error:
                    error.add_note(f"in round {number} of {self.count}; the same timing: --race-seed={self.seed}")
                    raise

        async with asyncio.TaskGroup() as group:
            running = [group.create_task(run_one(number)) for number in range(self.count)]
        return [task.result() for task in running]


async def after(seconds: float, work: Awaitable[ResultT]) -> ResultT:
    """The result of work that begins later."""
    await asyncio.sleep(seconds)
    return await work


def end_of(order: Document) -> tuple[str, str | None, tuple[str | None, ...]]:
    """Status, reason and settlements."""
    return order["status"], order["reason"], tuple(order["judged"].values())
