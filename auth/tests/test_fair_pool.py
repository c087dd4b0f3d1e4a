"""Clients share threads fairly: a crowd, or one with many requests, does not keep others waiting."""

import asyncio
import threading
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from ticketing_auth.fair_pool import FairPool, RecentTurns
from ticketing_common.errors import Unavailable
from ticketing_test_support.waiting import eventually


class Queue:
    """A pool of one thread, which is busy until `release`; `done` has the clients in the order of their turns."""

    def __init__(self, *, max_waiting: int = 100, max_per_client: int = 100) -> None:
        self.pool = FairPool(threads=1, max_waiting=max_waiting, max_per_client=max_per_client)
        self.done: list[str] = []
        self._released = threading.Event()
        self.tasks: list[asyncio.Task[Any]] = [asyncio.create_task(self.pool.run("first", self._released.wait))]

    async def ask(self, *clients: str) -> list[asyncio.Task[None]]:
        """Each of these clients wants a turn, in this order."""
        tasks = []
        for client in clients:
            tasks.append(asyncio.create_task(self.pool.run(client, partial(self.done.append, client))))
            await asyncio.sleep(0)
        self.tasks += tasks
        return tasks

    async def release(self) -> list[str]:
        """Let the thread work; who got turns, in this order."""
        self._released.set()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        return self.done


@pytest.fixture
async def queue() -> AsyncIterator[Queue]:
    """A pool with room for all."""
    queue = Queue()
    yield queue
    await queue.release()


async def test_newcomer_is_next_however_many_wait(queue: Queue) -> None:
    await queue.ask(*["crowd"] * 20)
    await queue.ask("newcomer")
    assert (await queue.release()).index("newcomer") <= 1


async def test_clients_take_turns(queue: Queue) -> None:
    await queue.ask("a", "a", "a", "b", "b", "c")
    assert await queue.release() == ["a", "c", "b", "b", "a", "a"]


async def test_who_used_turns_well_goes_before_unknown_clients(queue: Queue) -> None:
    await queue.ask("regular", "regular", "regular")
    await queue.release()
    for _ in range(3):
        queue.pool.reward("regular")
    again = Queue()
    again.pool._turns = queue.pool._turns
    await again.ask(*(f"attacker {number}" for number in range(10)), "regular")
    await again.ask(*(f"attacker {number}" for number in range(10, 20)))
    assert (await again.release()).index("regular") <= 1


def test_rewards_do_not_add_up() -> None:
    turns = RecentTurns()
    for _ in range(50):
        turns.add("a")
        turns.reward("a")
    assert turns.of("a") == -1


async def test_who_had_many_turns_does_not_starve(queue: Queue) -> None:
    await queue.ask(*["regular"] * 20)
    await queue.release()
    busy = Queue()
    busy.pool._turns = queue.pool._turns
    await busy.ask("regular", *(f"attacker {number}" for number in range(20)))
    assert (await busy.release()).index("regular") <= 1


async def test_who_had_fewer_turns_goes_before_a_crowd_of_others(queue: Queue) -> None:
    crowd = [f"attacker {number}" for number in range(20)]
    await queue.ask(*crowd, *crowd)
    await queue.release()
    busy = Queue()
    busy.pool._turns = queue.pool._turns
    await busy.ask(*crowd, "honest")
    assert (await busy.release()).index("honest") <= 1


async def test_client_has_a_bounded_share_of_the_queue() -> None:
    queue = Queue(max_per_client=2)
    third = (await queue.ask("a", "a", "a"))[2]
    with pytest.raises(Unavailable):
        await third
    await queue.ask("b")
    assert sorted(await queue.release()) == ["a", "a", "b"]


async def test_full_queue_makes_room_for_a_newcomer() -> None:
    queue = Queue(max_waiting=2)
    _, last = await queue.ask("crowd", "crowd")
    await queue.ask("newcomer")
    with pytest.raises(Unavailable):
        await last
    assert sorted(await queue.release()) == ["crowd", "newcomer"]


async def test_full_queue_of_equals_refuses_the_last() -> None:
    queue = Queue(max_waiting=2)
    refused = (await queue.ask("a", "b", "c"))[2]
    with pytest.raises(Unavailable):
        await refused
    assert sorted(await queue.release()) == ["a", "b"]


async def test_cancelled_request_leaves_the_queue(queue: Queue) -> None:
    waiting = (await queue.ask("a", "b"))[0]
    waiting.cancel()
    assert await queue.release() == ["b"]
    assert queue.pool._waiting == {}


async def test_request_cancelled_when_its_turn_comes_leaves_the_queue(queue: Queue) -> None:
    waiting, _ = await queue.ask("a", "b")
    waiting.cancel()
    queue.pool._free += 1
    queue.pool._start_next()
    assert await queue.release() == ["b"]
    assert queue.pool._waiting == {}


async def test_failed_work_frees_its_thread(queue: Queue) -> None:
    async with asyncio.timeout(10):
        await queue.release()
        with pytest.raises(ZeroDivisionError):
            await queue.pool.run("a", lambda: 1 // 0)
        assert await queue.pool.run("a", lambda: "done") == "done"
        await eventually(lambda: queue.pool._free == 1)


def test_turns_are_forgotten_after_a_minute() -> None:
    now = [0.0]
    turns = RecentTurns(lambda: now[0])
    turns.add("a")
    for second, remembered in ((29, 1), (31, 1), (62, 0)):
        now[0] = second
        turns.add("b")
        assert turns.of("a") == remembered


def test_remembered_clients_are_bounded() -> None:
    turns = RecentTurns(lambda: 0.0)
    for number in range(50_000):
        turns.add(str(number))
    assert len(turns._current) + len(turns._previous) <= 20_000


async def test_request_refused_and_cancelled_at_once_had_no_turn() -> None:
    queue = Queue(max_waiting=2)
    _, last = await queue.ask("crowd", "crowd")
    queue.pool._make_room("newcomer")
    last.cancel()
    await queue.release()
    assert queue.pool._free == 1
