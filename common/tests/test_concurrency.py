"""Read, decide, save; and again when another writer was first."""

import pytest

from ticketing_common.concurrency import MAX_ATTEMPTS, update
from ticketing_common.errors import Unavailable


class Cell:
    """A value that other writers change before each of the next `conflicts` saves."""

    def __init__(self, value: int, conflicts: int = 0) -> None:
        self.value, self.conflicts, self.saves = value, conflicts, 0

    async def find(self) -> int:
        return self.value

    async def save(self, before: int, after: int) -> bool:
        self.saves += 1
        if self.conflicts:
            self.conflicts -= 1
            self.value += 100
        if self.value != before:
            return False
        self.value = after
        return True


async def test_update_decides_again_on_what_another_writer_stored() -> None:
    cell = Cell(1_000, conflicts=2)
    assert await update(cell.find, lambda value: value + 1, cell.save) == 1_201
    assert (cell.value, cell.saves) == (1_201, 3)


async def test_unchanged_state_is_not_saved() -> None:
    cell = Cell(1_000)
    assert await update(cell.find, lambda value: value, cell.save) == 1_000
    assert cell.saves == 0


async def test_update_gives_up_after_too_many_conflicts() -> None:
    cell = Cell(1_000, conflicts=MAX_ATTEMPTS)
    with pytest.raises(Unavailable):
        await update(cell.find, lambda value: value + 1, cell.save)
