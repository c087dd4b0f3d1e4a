"""What every race is made of, and how its rounds are run."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, Generic, TypeVar

from tests.races.system import RacedSystem

from ticketing_ops.audit.snapshot import Finding, Snapshot

OutcomeT = TypeVar("OutcomeT")


class Race(ABC, Generic[OutcomeT]):
    """Requests that compete, what must come of them, and the guard without which something else does."""

    options: ClassVar[Mapping[str, Any] | None] = None
    """Of the system in this process; None races on the running stack."""
    concurrency: ClassVar[int] = 1
    """Rounds at once."""
    slow: ClassVar[bool] = False
    """Left out of a run with few rounds."""
    ignored: ClassVar[Collection[str]] = ()
    """Guarantees that the race does not concern."""
    defect_options: ClassVar[Mapping[str, Any]] = {}
    """Of the system whose guard is off."""

    @abstractmethod
    async def run(self, system: RacedSystem, random: Random) -> OutcomeT:
        """One round."""

    def ticket_id(self, outcome: Any) -> str:
        """The ticket of a round."""
        return str(outcome.order["ticket"]["id"])

    @abstractmethod
    def problems(self, snapshot: Snapshot, outcomes: Sequence[OutcomeT]) -> list[Any]:
        """Outcomes that must not be."""

    @abstractmethod
    async def remove_guard(self, system: RacedSystem) -> None:
        """Switch off what protects from the race."""

    @abstractmethod
    def is_defect(self, finding: Finding) -> bool:
        """Whether the audit has found what the guard prevents."""

    async def run_all(self, system: RacedSystem, rounds: "Rounds") -> list[OutcomeT]:
        """All rounds."""
        return await rounds.run(lambda random: self.run(system, random), concurrency=self.concurrency)

    async def run_without_guard(self, system: RacedSystem) -> OutcomeT:
        """One round that goes wrong."""
        await self.remove_guard(system)
        return await self.run(system, Random(1))


@dataclass(frozen=True)
class Rounds:
    """`count` rounds; the same `seed` gives each the same timing again."""

    count: int
    seed: str

    async def run(self, race: Callable[[Random], Awaitable[OutcomeT]], *, concurrency: int = 1) -> list[OutcomeT]:
        """The outcome of each round. The first that fails names its number and seed, and ends the others."""
        slots = asyncio.Semaphore(concurrency)

        async def run_one(number: int) -> OutcomeT:
            async with slots:
                try:
                    return await race(Random(f"{self.seed}:{number}"))
                except Exception as error:
                    error.add_note(f"in round {number} of {self.count}; the same timing: --race-seed={self.seed}")
                    raise

        async with asyncio.TaskGroup() as group:
            running = [group.create_task(run_one(number)) for number in range(self.count)]
        return [task.result() for task in running]


async def after(seconds: float, work: Awaitable[OutcomeT]) -> OutcomeT:
    """The result of work that begins later."""
    await asyncio.sleep(seconds)
    return await work
