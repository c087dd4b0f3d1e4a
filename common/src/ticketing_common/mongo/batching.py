"""Concurrent calls share a round trip, so that the cost per call falls as the load rises.

A call never joins an operation that had started before it arrived: a read sees every write that was acknowledged
before. While nothing else runs, a call starts at once. What waits behind an operation that finds the database
unavailable fails with it, so that nothing waits for two time-outs. An operation belongs to no trace: it may serve
several, and each caller has a span of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from typing import Any, Generic, TypeVar

from ticketing_common.errors import Unavailable
from ticketing_common.observability.spans import NOT_RECORDED, Span

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

# The server reads or writes as many documents in a few milliseconds.
BATCH = 100
# The server works on some while others are prepared or read.
CONCURRENCY = 4


class Batcher(Generic[ItemT, ResultT]):
    """Collects the items of concurrent calls while batches run, and hands them to `run` as the next one.

    `run` returns one result per item, in their order; what it raises, every call of the batch raises.
    """

    def __init__(
        self,
        run: Callable[[Sequence[ItemT]], Awaitable[Sequence[ResultT]]],
        *,
        limit: int = BATCH,
        concurrency: int = CONCURRENCY,
    ) -> None:
        self._run = run
        self._limit = limit
        self._slots = asyncio.Semaphore(concurrency)
        self._failures = 0
        self._items: list[ItemT] = []
        self._next: asyncio.Task[Sequence[ResultT]] | None = None  # takes further items until it starts

    async def submit(self, item: ItemT) -> ResultT:
        """The item's result. Cancelling the call leaves its item in the batch."""
        if self._next is None or len(self._items) >= self._limit:
            self._items = []
            self._next = asyncio.create_task(self._run_batch(self._items), context=Context())
        task, index = self._next, len(self._items)
        self._items.append(item)
        return (await asyncio.shield(task))[index]

    async def _run_batch(self, items: Sequence[ItemT]) -> Sequence[ResultT]:
        failures = self._failures
        async with self._slots:
            if self._items is items:
                self._next = None
            if self._failures > failures:
                raise Unavailable
            try:
                return await self._run(items)
            except Unavailable:
                self._failures += 1
                raise


class SharedReads:
    """Gives concurrent calls with equal keys the result of one read. `start_span` starts each call's span."""

    def __init__(self, start_span: Callable[[], Span] = lambda: NOT_RECORDED) -> None:
        self._start_span = start_span
        self._next: dict[Hashable, asyncio.Task[Any]] = {}
        self._running: dict[Hashable, asyncio.Task[Any]] = {}

    async def read(self, key: Hashable, query: Callable[[], Awaitable[ResultT]]) -> ResultT:
        """What `query` returns, which is called once for all callers that wait. They must not change it."""
        if key not in self._next:
            work = self._run_after(self._running.get(key), key, query)
            self._next[key] = asyncio.create_task(work, context=Context())
        with self._start_span():
            result: ResultT = await asyncio.shield(self._next[key])
        return result

    async def _run_after(
        self, previous: asyncio.Task[Any] | None, key: Hashable, query: Callable[[], Awaitable[ResultT]]
    ) -> ResultT:
        try:
            await _wait_for(previous)
        except Unavailable:
            del self._next[key]
            raise
        task = self._running[key] = self._next.pop(key)
        try:
            return await query()
        finally:
            if self._running[key] is task:
                del self._running[key]


async def _wait_for(previous: asyncio.Task[Any] | None) -> None:
    if previous is None or previous.done():
        return
    await asyncio.wait({previous})
    if not previous.cancelled() and isinstance(error := previous.exception(), Unavailable):
        raise error
