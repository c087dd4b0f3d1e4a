"""Optimistic concurrency: read, decide, save unless another writer was first, else start over."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from ticketing_common.errors import Unavailable

BeforeT = TypeVar("BeforeT")
AfterT = TypeVar("AfterT")

# Each failed attempt means that another writer made progress.
MAX_ATTEMPTS = 20


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
    raise Unavailable("Too many concurrent changes. Try again in a few seconds.")
