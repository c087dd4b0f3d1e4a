"""Deaths that tests arm: a story without its death is told once more, and goes on to its end each time."""

from pathlib import Path
from subprocess import Popen
from typing import cast

import pytest

from ticketing_common.steps import Step
from ticketing_common.testing.crash_points import Place
from ticketing_common.testing.recorder import eventually
from ticketing_local.testing.crashing import deaths, folder_of
from ticketing_local.testing.crashing.deaths import Fatal
from ticketing_local.testing.crashing.market import Market
from ticketing_local.testing.crashing.running import outcome_of
from ticketing_local.testing.crashing.stories import Story
from ticketing_local.testing.stack import Stack

NOWHERE = Place(Step.WRITTEN, durable="nobody-hears-this")
NO_MARKET = cast(Market, None)


@pytest.fixture
def fatal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fatal:
    """Of a process that does not run."""
    monkeypatch.setattr(deaths, "COME_TO_WITHIN_SECONDS", 0.1)
    folder_of(tmp_path, "orders").mkdir()
    return Fatal(Stack(cast("Popen[str]", None), tmp_path, 1), "orders", NOWHERE)


def stories(*endings: bool | Exception) -> tuple[list[str], Story]:
    """How often it was told, and a story that ends like this, one after the other: whether somebody died, or badly."""
    told, coming = list[str](), iter(endings)

    async def story(market: Market, fatal: Fatal) -> None:
        told.append("once more")
        ending = next(coming)
        if isinstance(ending, Exception):
            raise ending
        if ending:
            fatal.over.set()

    return told, story


async def test_where_nobody_dies_the_story_goes_on_and_nobody_will(fatal: Fatal, tmp_path: Path) -> None:
    async with fatal("some order") as may_come:
        assert may_come()
        await eventually(lambda: not may_come(), what="the end of the wait")
    assert list(folder_of(tmp_path, "orders").iterdir()) == []
    assert not fatal.over.is_set()


async def test_a_story_with_its_death_is_told_once(fatal: Fatal) -> None:
    told, story = stories(True)
    assert await outcome_of(story, NO_MARKET, fatal) is None
    assert len(told) == 1


async def test_a_story_without_its_death_is_told_once_more(fatal: Fatal) -> None:
    told, story = stories(False, True)
    assert await outcome_of(story, NO_MARKET, fatal) is None
    assert len(told) == 2


async def test_a_place_that_is_not_come_to_the_second_time_either_is_a_failure(fatal: Fatal) -> None:
    told, story = stories(False, False)
    outcome = await outcome_of(story, NO_MARKET, fatal) or ""
    assert "nobody died: orders at " in outcome
    assert "nobody-hears-this" in outcome
    assert len(told) == 2


@pytest.mark.parametrize("endings", [(), (False,)], ids=["the first time", "the second time"])
async def test_a_bad_end_is_a_failure_at_once(fatal: Fatal, endings: tuple[bool, ...]) -> None:
    told, story = stories(*endings, AssertionError("two tickets with one title"), True)
    assert "two tickets with one title" in (await outcome_of(story, NO_MARKET, fatal) or "")
    assert len(told) == len(endings) + 1
