"""Concurrent calls share a round trip, and none joins one that had started before it."""

import asyncio
from collections.abc import Sequence

import pytest

from ticketing_common.errors import Unavailable
from ticketing_common.mongo.batching import Batcher, SharedReads
from ticketing_test_support.waiting import eventually


class Server:
    """Runs operations one by one, each when the test lets it."""

    def __init__(self) -> None:
        self.started: list[list[str]] = []
        self.value = 0
        self.error: Exception | None = None
        self._may_finish = asyncio.Semaphore(0)

    def let(self, operations: int) -> None:
        for _ in range(operations):
            self._may_finish.release()

    async def run(self, items: Sequence[str]) -> list[str]:
        self.started.append(list(items))
        await self._may_finish.acquire()
        if self.error is not None:
            raise self.error
        return [item.upper() for item in items]

    async def read(self) -> int:
        self.started.append(["read"])
        value = self.value
        await self._may_finish.acquire()
        if self.error is not None:
            raise self.error
        return value

    async def has_started(self, operations: int) -> None:
        await eventually(lambda: len(self.started) == operations)


async def waiting() -> None:
    """Let the calls that were just created get as far as they can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def two_batches(batcher: Batcher[str, str], server: Server) -> tuple[asyncio.Task[str], asyncio.Task[str]]:
    """Two calls: one is running, and the other waits for it."""
    first = asyncio.create_task(batcher.submit("a"))
    await server.has_started(1)
    behind = asyncio.create_task(batcher.submit("b"))
    await waiting()
    return first, behind


@pytest.fixture
def server() -> Server:
    return Server()


async def test_calls_that_arrive_during_a_batch_form_the_next_one(server: Server) -> None:
    batcher = Batcher(server.run, concurrency=1)
    first = asyncio.create_task(batcher.submit("a"))
    await server.has_started(1)
    others = [asyncio.create_task(batcher.submit(item)) for item in "bcb"]
    server.let(2)
    assert await asyncio.gather(first, *others) == ["A", "B", "C", "B"]
    assert server.started == [["a"], ["b", "c", "b"]]


async def test_batch_has_at_most_its_limit(server: Server) -> None:
    batcher = Batcher(server.run, limit=2, concurrency=1)
    server.let(3)
    assert await asyncio.gather(*(batcher.submit(item) for item in "abcde")) == ["A", "B", "C", "D", "E"]
    assert [len(batch) for batch in server.started] == [2, 2, 1]


async def test_cancelled_call_does_not_affect_its_batch(server: Server) -> None:
    batcher = Batcher(server.run, concurrency=1)
    calls = [asyncio.create_task(batcher.submit(item)) for item in "ab"]
    await server.has_started(1)
    calls[0].cancel()
    server.let(1)
    assert await calls[1] == "B"


async def test_calls_behind_an_unavailable_database_fail_with_it_and_later_ones_try_again(server: Server) -> None:
    batcher = Batcher(server.run, concurrency=1)
    first, behind = await two_batches(batcher, server)
    server.error = Unavailable()
    server.let(1)
    assert [type(error) for error in await asyncio.gather(first, behind, return_exceptions=True)] == [Unavailable] * 2
    server.error = None
    server.let(1)
    assert await batcher.submit("c") == "C"
    assert server.started == [["a"], ["c"]]


async def test_other_errors_concern_only_their_batch(server: Server) -> None:
    batcher = Batcher(server.run, concurrency=1)
    first, behind = await two_batches(batcher, server)
    server.error = ValueError()
    server.let(1)
    with pytest.raises(ValueError):  # noqa: PT011
        await first
    server.error = None
    server.let(1)
    assert await behind == "B"


async def test_read_sees_what_was_written_before_it_was_called(server: Server) -> None:
    reads = SharedReads()
    first = asyncio.create_task(reads.read("key", server.read))
    await server.has_started(1)
    server.value = 1
    others = [asyncio.create_task(reads.read("key", server.read)) for _ in range(3)]
    server.let(2)
    assert await asyncio.gather(first, *others) == [0, 1, 1, 1]
    assert len(server.started) == 2


async def test_reads_of_other_keys_do_not_wait(server: Server) -> None:
    reads = SharedReads()
    calls = [asyncio.create_task(reads.read(key, server.read)) for key in "ab"]
    await server.has_started(2)
    server.let(2)
    await asyncio.gather(*calls)


async def test_reads_behind_an_unavailable_database_fail_with_it_and_later_ones_try_again(server: Server) -> None:
    reads = SharedReads()
    first = asyncio.create_task(reads.read("key", server.read))
    await server.has_started(1)
    behind = asyncio.create_task(reads.read("key", server.read))
    await waiting()
    server.error = Unavailable()
    server.let(1)
    assert [type(error) for error in await asyncio.gather(first, behind, return_exceptions=True)] == [Unavailable] * 2
    server.error = None
    server.let(1)
    assert await reads.read("key", server.read) == 0
