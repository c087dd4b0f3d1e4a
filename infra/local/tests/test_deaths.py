"""Deaths that tests arm: one that never comes is told, and its story is told once more before that is a failure."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from subprocess import Popen
from typing import cast

import pytest

from ticketing_common.steps import Step
from ticketing_common.testing.crash_points import Place
from ticketing_local.testing.crashing import deaths, folder_of
from ticketing_local.testing.crashing.deaths import Fatal, NeverCome
from ticketing_local.testing.crashing.market import Market
from ticketing_local.testing.crashing.running import outcome_of
from ticketing_local.testing.stack import Stack

NOWHERE = Place(Step.WRITTEN, durable="nobody-hears-this")
NO_MARKET = cast(Market, None)


@pytest.fixture
def fatal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fatal:
    """Of a process that does not run."""
    monkeypatch.setattr(deaths, "COME_TO_WITHIN_SECONDS", 0.1)
    folder_of(tmp_path, "orders").mkdir()
    return Fatal(Stack(cast("Popen[str]", None), tmp_path, 1), "orders", NOWHERE)


def stories(*endings: Exception | None) -> tuple[list[str], Callable[[Market, Fatal], Awaitable[None]]]:
    """How often it was told, and a story that ends like this, one after the other."""
    told, coming = list[str](), iter(endings)

    async def story(market: Market, fatal: Fatal) -> None:
        told.append("once more")
        if (ending := next(coming)) is not None:
            raise ending

    return told, story


async def test_a_place_that_nobody_comes_to_is_told_and_disarmed(fatal: Fatal, tmp_path: Path) -> None:
    with pytest.raises(NeverCome, match=r"a process of orders coming to .*nobody-hears-this"):
        async with fatal("some order"):
            pass
    assert list(folder_of(tmp_path, "orders").iterdir()) == []
    assert not fatal.over.is_set()


async def test_a_story_in_which_nobody_died_is_told_once_more(fatal: Fatal) -> None:
    told, story = stories(NeverCome("the first time"), None)
    assert await outcome_of(story, NO_MARKET, fatal) is None
    assert len(told) == 2


async def test_a_place_that_is_not_come_to_the_second_time_either_is_a_failure(fatal: Fatal) -> None:
    told, story = stories(NeverCome("the first time"), NeverCome("the second time"), None)
    assert "the second time" in (await outcome_of(story, NO_MARKET, fatal) or "")
    assert len(told) == 2


async def test_any_other_trouble_is_a_failure_at_once(fatal: Fatal) -> None:
    told, story = stories(AssertionError("two tickets with one title"), None)
    assert "two tickets with one title" in (await outcome_of(story, NO_MARKET, fatal) or "")
    assert len(told) == 1
