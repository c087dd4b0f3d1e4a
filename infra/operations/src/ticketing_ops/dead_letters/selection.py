"""Which dead letters a command works on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ticketing_common.messaging import DeadLetter, DeadLetters
from ticketing_ops.errors import OperationError


@dataclass(frozen=True, slots=True)
class Selection:
    """The one with this `sequence`; or those after `after`, of this consumer, dead-lettered that long ago, that match.

    At most `limit`, oldest first.
    """

    sequence: int | None = None
    consumer: str | None = None
    older_than: timedelta | None = None
    newer_than: timedelta | None = None
    after: int = 0
    limit: int | None = None


async def select(dead: DeadLetters, selection: Selection) -> AsyncIterator[DeadLetter]:
    """One at a time, so that thousands need no memory. Raises OperationError when there is no such dead letter."""
    if selection.sequence is not None:
        yield await _one(dead, selection.sequence)
        return
    now, count = datetime.now(UTC), 0
    async for letter in dead.all(consumer=selection.consumer, after=selection.after):
        age = now - letter.dead_lettered_at
        if selection.older_than is not None and age < selection.older_than:
            return  # the following ones are younger
        if count == selection.limit:
            return
        if selection.newer_than is None or age <= selection.newer_than:
            count += 1
            yield letter


async def _one(dead: DeadLetters, sequence: int) -> DeadLetter:
    letter = await dead.find(sequence)
    if letter is None:
        raise OperationError(f"There is no dead letter {sequence}: `ticketing dead list` shows them all")
    return letter
