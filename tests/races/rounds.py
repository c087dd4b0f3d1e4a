"""Rounds of a race: each with its own chance, which a seed repeats."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import TypeVar

OutcomeT = TypeVar("OutcomeT")


@dataclass(frozen=True)
class Rounds:
    """`count` rounds; the same `seed` gives each the same timing again."""

    count: int
    seed: str

    async def run(self, race: Callable[[Random], Awaitable[OutcomeT]], *, at_once: int = 1) -> list[OutcomeT]:
        """What each round ended with. The first that fails tells its number and seed, and ends the others."""
        slots = asyncio.Semaphore(at_once)

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
