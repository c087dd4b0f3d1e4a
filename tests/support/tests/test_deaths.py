"""Deaths that tests arm: a story without its death is told once more, and goes on to its end each time."""

from pathlib import Path
from subprocess import Popen
from typing import cast

import pytest

from ticketing_common.steps import Step
from ticketing_test_support.crash_points import DIED, Place, write_whole
from ticketing_test_support.crashing import deaths, folder_of
from ticketing_test_support.crashing.deaths import Fatal
from ticketing_test_support.crashing.market import Market
from ticketing_test_support.crashing.running import outcome_of
from ticketing_test_support.crashing.stories import Story
from ticketing_test_support.recorder import eventually
from ticketing_test_support.stack import Stack

NOWHERE = Place(Step.WRITTEN, durable="nobody-hears-this")
NO_MARKET = cast(Market, None)


@pytest.fixture
def fatal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fatal:
    """Of a process that does not run."""
    monkeypatch.setattr(deaths, "COME_TO_WITHIN_SECONDS", 0.1)
    folder_of(tmp_path, "orders").mkdir()
    return Fatal(Stack(cast("Popen[str]", None), tmp_path, 1), "orders", NOWHERE)


@pytest.fixture
def gone() -> int:
    """The pid of a process that has ended."""
    with Popen(["/bin/true"]) as process:
        return process.pid


def story_of(endings: list[bool | Exception]) -> Story:
    """It ends like this, one telling after the other: with its death, without it, or badly. What was told is gone."""

    async def story(market: Market, fatal: Fatal) -> None:
        ending = endings.pop(0)
        if isinstance(ending, Exception):
            raise ending
        if ending:
            fatal.over.set()

    return story


async def test_where_nobody_dies_the_story_goes_on_and_nobody_will(fatal: Fatal, tmp_path: Path) -> None:
    async with fatal("some order") as may_come:
        assert may_come()
        await eventually(lambda: not may_come(), what="the end of the wait")
    assert list(folder_of(tmp_path, "orders").iterdir()) == []
    assert not fatal.over.is_set()


async def test_a_death_ends_the_wait(fatal: Fatal, gone: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deaths, "COME_TO_WITHIN_SECONDS", 3600)
    monkeypatch.setattr(Stack, "urls", lambda _: {})
    folder = folder_of(tmp_path, "orders")
    async with fatal("some order") as may_come:
        [armed] = folder.iterdir()
        write_whole(folder, armed.stem + DIED, {"pid": gone})
        assert not may_come()
    assert fatal.over.is_set()


async def test_a_story_with_its_death_is_told_once(fatal: Fatal) -> None:
    endings: list[bool | Exception] = [True, True]
    assert await outcome_of(story_of(endings), NO_MARKET, fatal) is None
    assert len(endings) == 1


async def test_a_story_without_its_death_is_told_once_more(fatal: Fatal) -> None:
    endings: list[bool | Exception] = [False, True]
    assert await outcome_of(story_of(endings), NO_MARKET, fatal) is None
    assert endings == []


async def test_a_place_that_is_not_come_to_the_second_time_either_is_a_failure(fatal: Fatal) -> None:
    endings: list[bool | Exception] = [False, False, True]
    outcome = await outcome_of(story_of(endings), NO_MARKET, fatal) or ""
    assert "nobody died: orders at " in outcome
    assert "nobody-hears-this" in outcome
    assert endings == [True]


@pytest.mark.parametrize("before", [[], [False]], ids=["the first time", "the second time"])
async def test_a_bad_end_is_a_failure_at_once(fatal: Fatal, before: list[bool | Exception]) -> None:
    endings = [*before, AssertionError("two tickets with one title"), True]
    assert "two tickets with one title" in (await outcome_of(story_of(endings), NO_MARKET, fatal) or "")
    assert endings == [True]
