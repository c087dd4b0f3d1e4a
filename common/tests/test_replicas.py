"""Requests wait for an object just created by another service, and for nothing else."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from ticketing_common import replicas
from ticketing_common.errors import NotFound, Unavailable
from ticketing_common.mongo import new_id
from ticketing_common.replicas import wait_for_replica


class Replicas:
    """A store that has the requested document from read number `after` on; never if None."""

    def __init__(self, after: int | None = None) -> None:
        self._after = after
        self.reads = 0

    async def find(self, some_id: str) -> str | None:
        self.reads += 1
        return some_id if self._after is not None and self.reads >= self._after else None


async def wait_for(
    store: Replicas,
    some_id: str,
    *,
    age: timedelta = timedelta(0),
    available: bool = True,
    wait_seconds: float = 0.1,
    user_id: str = "",
) -> str:
    now = datetime.now(UTC) + age
    return await wait_for_replica(
        store.find,
        some_id,
        user_id=user_id or new_id(),
        now=now,
        broker_available=lambda: available,
        what="ticket",
        wait_seconds=wait_seconds,
    )


async def test_existing_document_is_found_by_the_first_read() -> None:
    store, some_id = Replicas(after=1), new_id()
    assert await wait_for(store, some_id, age=timedelta(days=1)) == some_id
    assert store.reads == 1


async def test_new_document_is_waited_for() -> None:
    store, some_id = Replicas(after=4), new_id()
    assert await wait_for(store, some_id, wait_seconds=2) == some_id


async def test_invented_id_costs_few_reads() -> None:
    store = Replicas()
    with pytest.raises(NotFound, match="no such ticket"):
        await wait_for(store, new_id(), wait_seconds=2)
    assert 1 < store.reads <= 8


async def test_concurrent_requests_share_one_wait() -> None:
    store, some_id = Replicas(), new_id()
    outcomes = await asyncio.gather(*(wait_for(store, some_id) for _ in range(50)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {NotFound}
    assert store.reads <= 50 + 5


async def test_cancelled_request_leaves_the_others_waiting() -> None:
    store, some_id = Replicas(after=4), new_id()
    first, second = (asyncio.create_task(wait_for(store, some_id, wait_seconds=2)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == some_id


async def test_number_of_waits_is_bounded() -> None:
    waits = [asyncio.create_task(wait_for(Replicas(), new_id(), wait_seconds=60)) for _ in range(replicas.MAX_WAITS)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await wait_for(Replicas(), new_id())
    for task in [*waits, *replicas._polls.values()]:
        task.cancel()
    await asyncio.gather(*waits, *replicas._polls.values(), return_exceptions=True)


async def test_number_of_waits_of_one_user_is_bounded() -> None:
    other = asyncio.create_task(wait_for(Replicas(), new_id()))
    waits = [wait_for(Replicas(), new_id(), user_id="a") for _ in range(replicas.MAX_WAITS_PER_USER + 1)]
    outcomes = await asyncio.gather(*waits, return_exceptions=True)
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [*[NotFound] * replicas.MAX_WAITS_PER_USER, Unavailable]
    with pytest.raises(NotFound):
        await other
    with pytest.raises(NotFound):
        await wait_for(Replicas(), new_id(), user_id="a")
    assert not replicas._waiting


async def test_missing_document_is_unavailable_while_events_cannot_flow() -> None:
    with pytest.raises(Unavailable, match="ticket is not available yet"):
        await wait_for(Replicas(), new_id(), available=False)


@pytest.mark.parametrize("age", [timedelta(seconds=12), -timedelta(seconds=12), timedelta(days=365)])
async def test_older_id_is_not_waited_for(age: timedelta) -> None:
    store = Replicas()
    async with asyncio.timeout(1):
        with pytest.raises(NotFound):
            await wait_for(store, new_id(), age=age, available=False, wait_seconds=60)
    assert store.reads == 1


async def test_invalid_id_is_not_read() -> None:
    store = Replicas(after=1)
    with pytest.raises(NotFound):
        await wait_for(store, "not-an-id")
    assert store.reads == 0
