"""Read your own writes across services: wait briefly for the event about an object just created."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ticketing_common.errors import NotFound, Unavailable
from ticketing_common.ids import created_at, is_id

FoundT = TypeVar("FoundT")
Find = Callable[[str], Awaitable[FoundT | None]]

MAX_ID_AGE = timedelta(seconds=10)
WAIT_TIMEOUT_SECONDS = 2.0
# Anybody can invent young ids. More requests than these are told at once to try again.
MAX_WAITS = 500
MAX_WAITS_PER_USER = 50
_FIRST_PAUSE_SECONDS = 0.02

# Concurrent requests for one id share its polling.
_polls: dict[tuple[Find[Any], str], asyncio.Task[Any]] = {}
_waiting: Counter[str] = Counter()


async def wait_for_replica(
    find: Find[FoundT],
    some_id: str,
    *,
    user_id: str,
    now: datetime,
    broker_available: Callable[[], bool],
    what: str,
    wait_seconds: float = WAIT_TIMEOUT_SECONDS,
) -> FoundT:
    """What `find` finds, after at most `wait_seconds` and seven more reads if the id is younger than `MAX_ID_AGE`.

    Raises NotFound, or Unavailable if the event may be on its way while the broker is unavailable, or if this user, or
    all together, already wait for as many as they may.
    """
    if not is_id(some_id):
        raise NotFound(f"There is no such {what}.")
    found = await find(some_id)
    if found is None and _is_recent(some_id, now):
        with _place_for(user_id):
            found = await _poll(find, some_id, wait_seconds)
        if found is None and not broker_available():
            raise Unavailable(f"The {what} is not available yet. Try again in a few seconds.")
    if found is None:
        raise NotFound(f"There is no such {what}.")
    return found


def _is_recent(some_id: str, now: datetime) -> bool:
    # In both directions: the clock of the machine that made the id may be ahead of ours.
    return abs(now - created_at(some_id)) < MAX_ID_AGE


@contextmanager
def _place_for(user_id: str) -> Iterator[None]:
    if _waiting[user_id] >= MAX_WAITS_PER_USER:
        raise Unavailable
    _waiting[user_id] += 1
    try:
        yield
    finally:
        _waiting[user_id] -= 1
        if not _waiting[user_id]:
            del _waiting[user_id]


async def _poll(find: Find[FoundT], some_id: str, wait_seconds: float) -> FoundT | None:
    key = (find, some_id)
    if key not in _polls:
        if len(_polls) >= MAX_WAITS:
            raise Unavailable
        _polls[key] = asyncio.create_task(_read_until(find, some_id, wait_seconds))
        _polls[key].add_done_callback(lambda _task: _polls.pop(key))
    found: FoundT | None = await asyncio.shield(_polls[key])
    return found


async def _read_until(find: Find[FoundT], some_id: str, wait_seconds: float) -> FoundT | None:
    """Read after growing pauses: 20, 40, 80 … ms."""
    pause, remaining = _FIRST_PAUSE_SECONDS, wait_seconds
    while remaining > 0:
        await asyncio.sleep(min(pause, remaining))
        found = await find(some_id)
        if found is not None:
            return found
        remaining, pause = remaining - pause, 2 * pause
    return None
