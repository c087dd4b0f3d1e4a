"""Optimistic concurrency: read, decide, save unless another writer was first, else start over."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from ticketing_common.errors import Unavailable

BeforeT = TypeVar("BeforeT")
AfterT = TypeVar("AfterT")
StateT = TypeVar("StateT")

# Each failed attempt means that another writer made progress.
MAX_ATTEMPTS = 20
TOO_MANY_CONFLICTS = "Too many concurrent changes. Try again in a few seconds."


async def update(
    find: Callable[[], Awaitable[BeforeT]],
    decide: Callable[[BeforeT], AfterT],
    save: Callable[[BeforeT, AfterT], Awaitable[bool]],
) -> AfterT:
    """The state after `decide`, saved. `decide` must be pure: it is called again for each attempt.

    `decide` returns its argument when there is nothing to change; then nothing is saved. `save(before, after)` returns
    False when the stored state is no longer `before`. Unavailable after `MAX_ATTEMPTS` lost races.
    """
    for _ in range(MAX_ATTEMPTS):
        before = await find()
        after = decide(before)
        if after is before or await save(before, after):
            return after
    raise Unavailable(TOO_MANY_CONFLICTS)


async def update_all(
    find: Callable[[], Awaitable[Iterable[StateT]]],
    decide: Callable[[StateT], StateT],
    save: Callable[[Sequence[tuple[StateT, StateT]]], Awaitable[bool]],
) -> list[StateT]:
    """As `update`, for all that `find` returns: `save` gets those that `decide` changes, as (before, after).

    It returns False when some were no longer as before; those that it did save are unchanged in the next attempt.
    """
    for _ in range(MAX_ATTEMPTS):
        pairs = [(before, decide(before)) for before in await find()]
        changed = [(before, after) for before, after in pairs if after is not before]
        if not changed or await save(changed):
            return [after for _, after in pairs]
    raise Unavailable(TOO_MANY_CONFLICTS)
