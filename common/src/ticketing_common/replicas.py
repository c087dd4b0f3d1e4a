"""Read your own writes across services: wait a moment for the event that tells of what was just made elsewhere."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from ticketing_common.errors import NotFound, Unavailable
from ticketing_common.ids import created_at, is_id

FoundT = TypeVar("FoundT")

YOUNG = timedelta(seconds=10)
PATIENCE_SECONDS = 2.0
_LOOK_EVERY_SECONDS = 0.02


async def wait_for_replica(
    find: Callable[[str], Awaitable[FoundT | None]],
    some_id: str,
    *,
    now: datetime,
    broker_connected: Callable[[], bool],
    what: str,
    patience: float = PATIENCE_SECONDS,
) -> FoundT:
    """What `find` finds, waiting up to `patience` seconds when the id is younger than `YOUNG`.

    Raises NotFound, or Unavailable when it may well exist but the broker that would tell is out of reach.
    """
    if not is_id(some_id):
        raise NotFound(f"There is no such {what}.")
    found = await find(some_id)
    if found is not None:
        return found
    if not _is_young(some_id, now):
        raise NotFound(f"There is no such {what}.")
    found = await _look_again(find, some_id, patience)
    if found is not None:
        return found
    if not broker_connected():
        raise Unavailable(f"The {what} is not known here yet. Try again in a few seconds.")
    raise NotFound(f"There is no such {what}.")


def _is_young(some_id: str, now: datetime) -> bool:
    # Both ways: the clock of the machine that made the id may be a little ahead of ours.
    return abs(now - created_at(some_id)) < YOUNG


async def _look_again(find: Callable[[str], Awaitable[FoundT | None]], some_id: str, patience: float) -> FoundT | None:
    give_up = time.monotonic() + patience
    while time.monotonic() < give_up:
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
        found = await find(some_id)
        if found is not None:
            return found
    return None
