"""Run many cells at once on one stack: a process dies in turns; what comes of each death is waited for meanwhile."""

import asyncio
import traceback
from collections import defaultdict
from collections.abc import Iterable, Mapping

from ticketing_test_support.crashing.customer import PATIENCE_SECONDS
from ticketing_test_support.crashing.deaths import Fatal
from ticketing_test_support.crashing.market import Market, opened
from ticketing_test_support.crashing.matrix import Cell
from ticketing_test_support.crashing.stories import Story
from ticketing_test_support.stack import Stack

# Those that die when an order's time is over begin this far apart, so that they do not die at once.
_APART_SECONDS = 3.0
# These two stand in each other's way: a process that stands still is asked for nothing.
_ONE_TURN = {"expiration-worker": "expiration"}
_TELLINGS = 2

Outcomes = Mapping[Cell, str | None]


async def run(stack: Stack, cells: Iterable[Cell], *, patience: float = PATIENCE_SECONDS) -> Outcomes:
    """For each cell None, or what was not as it should be after `patience` seconds."""
    async with opened(stack, patience=patience) as market:
        return await _run(market, cells)


async def _run(market: Market, cells: Iterable[Cell]) -> Outcomes:
    turns = defaultdict[str, list[Cell]](list)
    at_leisure = list[Cell]()
    for cell in cells:
        turn = turns[_ONE_TURN.get(cell.way.process, cell.way.process)] if cell.way.in_turn else at_leisure
        turn.append(cell)
    outcomes = dict[Cell, str | None]()
    async with asyncio.TaskGroup() as group:
        for turn in turns.values():
            group.create_task(_one_after_the_other(group, market, turn, outcomes))
        for place, cell in enumerate(at_leisure):
            group.create_task(_later(place * _APART_SECONDS, market, cell, outcomes))
    return outcomes


async def _one_after_the_other(
    group: asyncio.TaskGroup, market: Market, turn: list[Cell], outcomes: dict[Cell, str | None]
) -> None:
    for cell in turn:
        fatal = Fatal(market.stack, cell.way.process, cell.place)
        story = group.create_task(_note(market, cell, fatal, outcomes))
        over = asyncio.create_task(fatal.over.wait())
        await asyncio.wait({story, over}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()


async def _later(seconds: float, market: Market, cell: Cell, outcomes: dict[Cell, str | None]) -> None:
    await asyncio.sleep(seconds)
    await _note(market, cell, Fatal(market.stack, cell.way.process, cell.place), outcomes)


async def _note(market: Market, cell: Cell, fatal: Fatal, outcomes: dict[Cell, str | None]) -> None:
    outcomes[cell] = await outcome_of(cell.way.story, market, fatal)


async def outcome_of(story: Story, market: Market, fatal: Fatal) -> str | None:
    """None, or what was not as it should be. A story that ends well without its death is told once more.

    For the death of another cell may come between a write and the step that follows it. Then the write is there, no
    process comes to that step of it any more, and nothing is wrong. But a step that is never come to proves nothing.
    """
    try:
        for _ in range(_TELLINGS):
            await story(market, fatal)
            if fatal.over.is_set():
                return None
    except Exception:  # noqa: BLE001  each cell's trouble is its own, and told by its own test
        return traceback.format_exc(limit=-4)
    return f"nobody died: {fatal}"
