"""What was just made elsewhere is waited for; anything else is answered at once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from ticketing_common.errors import NotFound, Unavailable
from ticketing_common.mongo import new_id
from ticketing_common.replicas import wait_for_replica


class Shelf:
    """Where the thing will be, from look number `after` on."""

    def __init__(self, after: int | None = None) -> None:
        self._after = after
        self.looks = 0

    async def find(self, some_id: str) -> str | None:
        self.looks += 1
        return some_id if self._after is not None and self.looks >= self._after else None


async def arrive(
    shelf: Shelf,
    some_id: str,
    *,
    age: timedelta = timedelta(0),
    connected: bool = True,
    patience: float = 0.1,
) -> str:
    now = datetime.now(UTC) + age
    return await wait_for_replica(
        shelf.find, some_id, now=now, broker_connected=lambda: connected, what="ticket", patience=patience
    )


async def test_what_is_there_is_found_at_the_first_look() -> None:
    shelf, some_id = Shelf(after=1), new_id()
    assert await arrive(shelf, some_id, age=timedelta(days=1)) == some_id
    assert shelf.looks == 1


async def test_what_was_just_made_is_waited_for() -> None:
    shelf, some_id = Shelf(after=4), new_id()
    assert await arrive(shelf, some_id, patience=2) == some_id


async def test_what_never_comes_is_not_found_when_patience_ends() -> None:
    shelf = Shelf()
    with pytest.raises(NotFound, match="no such ticket"):
        await arrive(shelf, new_id())
    assert shelf.looks > 1


async def test_what_may_exist_but_cannot_be_heard_of_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="ticket is not known here yet"):
        await arrive(Shelf(), new_id(), connected=False)


@pytest.mark.parametrize("age", [timedelta(seconds=12), -timedelta(seconds=12), timedelta(days=365)])
async def test_an_id_that_is_not_young_is_not_waited_for(age: timedelta) -> None:
    shelf = Shelf()
    async with asyncio.timeout(1):
        with pytest.raises(NotFound):
            await arrive(shelf, new_id(), age=age, connected=False, patience=60)
    assert shelf.looks == 1


async def test_what_is_no_id_is_not_even_looked_for() -> None:
    shelf = Shelf(after=1)
    with pytest.raises(NotFound):
        await arrive(shelf, "not-an-id")
    assert shelf.looks == 0
