"""Crashes before or after a write, after events are published or removed from the outbox, and before an ack.

What writes, publishes or acknowledges reports each point to a `CrashInjector`. In-process tests crash by an exception;
`python -m ticketing_test_support.crashes -m MODULE …` runs a program that kills itself:

    CRASH_POINT   where; at the third time that the process gets there
    CRASH_LOG     a folder: one file is written for each crash
    CRASHES       how many crashes there are in all
"""

import os
import runpy
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn

from nats.aio.msg import Msg

from ticketing_common.events import Envelope
from ticketing_common.messaging import Publisher
from ticketing_common.mongo import Database

NTH = 3


class CrashPoint(StrEnum):
    """Where a crash must lose nothing."""

    BEFORE_WRITE = "before_write"
    AFTER_WRITE = "after_write"
    AFTER_PUBLISH = "after_publish"
    AFTER_REMOVE = "after_remove"
    BEFORE_ACK = "before_ack"


class Crash(BaseException):
    """The process is gone; no code handles this."""


def crash() -> NoReturn:
    """End the code under test."""
    raise Crash


class CrashInjector:
    """Counts how often each point is reached, and crashes at the `nth` time that the armed one is."""

    def __init__(self, crash: Callable[[], object] = crash) -> None:
        self.reached = Counter[CrashPoint]()
        self._crash = crash
        self._armed: tuple[CrashPoint, int] | None = None

    def arm(self, point: CrashPoint, nth: int) -> None:
        """Count from now on."""
        self.reached.clear()
        self._armed = point, nth

    def reach(self, point: CrashPoint) -> None:
        """The code under test is at `point`."""
        self.reached[point] += 1
        if self._armed == (point, self.reached[point]):
            self._crash()


class CrashingCollection:
    """A MongoDB collection that reports its writes. Those with another write concern remove published events."""

    _WRITES = frozenset(
        {"insert_many", "update_one", "update_many", "find_one_and_update", "replace_one", "delete_many", "bulk_write"}
    )

    def __init__(self, collection: Any, injector: CrashInjector, *, removes: bool = False) -> None:
        self._collection = collection
        self._injector = injector
        self._before = None if removes else CrashPoint.BEFORE_WRITE
        self._after = CrashPoint.AFTER_REMOVE if removes else CrashPoint.AFTER_WRITE

    def with_options(self, **options: Any) -> "CrashingCollection":
        """The same collection, with another write concern."""
        return CrashingCollection(self._collection.with_options(**options), self._injector, removes=True)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._collection, name)
        if name not in self._WRITES:
            return method

        async def write(*arguments: Any, **options: Any) -> Any:
            if self._before is not None:
                self._injector.reach(self._before)
            result = await method(*arguments, **options)
            self._injector.reach(self._after)
            return result

        return write


def crashes_in(log: Path) -> int:
    """How many crashes are logged in this folder."""
    return sum(1 for _ in log.iterdir())


def _kill_self() -> None:
    log = Path(os.environ["CRASH_LOG"])
    if crashes_in(log) < int(os.environ["CRASHES"]):
        (log / str(os.getpid())).touch()
        os.kill(os.getpid(), signal.SIGKILL)


def _install(injector: CrashInjector) -> None:
    """Wrap what this process uses; only here does a test replace parts of the product."""
    collection, publish, ack = Database.collection, Publisher.publish, Msg.ack

    async def reported_publish(publisher: Publisher, envelopes: Sequence[Envelope]) -> set[str]:
        stored = await publish(publisher, envelopes)
        injector.reach(CrashPoint.AFTER_PUBLISH)
        return stored

    async def reported_ack(message: Msg) -> None:
        injector.reach(CrashPoint.BEFORE_ACK)
        await ack(message)

    def reported_collection(database: Database, name: str) -> Any:
        return CrashingCollection(collection(database, name), injector)

    setattr(Database, "collection", reported_collection)  # noqa: B010  mypy knows no replaced method
    setattr(Publisher, "publish", reported_publish)  # noqa: B010
    setattr(Msg, "ack", reported_ack)  # noqa: B010


if __name__ == "__main__":
    injector = CrashInjector(_kill_self)
    injector.arm(CrashPoint(os.environ["CRASH_POINT"]), NTH)
    _install(injector)
    module, sys.argv = sys.argv[2], sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
