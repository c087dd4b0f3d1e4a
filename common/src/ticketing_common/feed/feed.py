"""Receives the messages of a process's followers once, shows each as a change once, and hands it to all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial

import structlog

from ticketing_common.errors import Unavailable
from ticketing_common.feed.changes import Change, Entry, Message
from ticketing_common.feed.ring import Ring
from ticketing_common.feed.subscription import Closed, Subscription
from ticketing_common.messaging import Broker, FollowConsumer, StreamEnd
from ticketing_common.messaging.listener import TRANSIENT_ERRORS

log = structlog.get_logger(__name__)

Present = Callable[[Sequence[Message]], Awaitable[Sequence[Change | None]]]
"""The change that followers see of each message, None for one that concerns nobody; asked again if Unavailable."""

RECENT = 4_096
# What happens within this time is handed on together: the price of a write is paid once for all of it.
INTERVAL_SECONDS = 0.1
_RETRY_SECONDS = 0.5
# Something else may be wrong than an outage: a document of a newer release, after an undo, stays unreadable.
_MAX_ATTEMPTS = 10
# Others get their turn in between.
_AT_ONCE = 100


class Feed:
    """What happens under `subjects`. A BackgroundTask, as are its `consumers`.

    Nothing is shown while nobody follows. Until all consumers have caught up, and while the broker is away, it is not
    `live`.
    """

    name = "feed"

    def __init__(
        self, broker: Broker, subjects: Sequence[str], present: Present, *, interval: float = INTERVAL_SECONDS
    ) -> None:
        self._present = present
        self._interval = interval
        self._ring = Ring(len(subjects), RECENT)
        self._received = [0] * len(subjects)
        self._caught_up = set[int]()
        self._live = set[int]()
        self._arrived: list[Entry] = []
        self._arrival = asyncio.Event()
        self._subscriptions = dict[Subscription, None]()
        self._losses = 0
        self._showing = asyncio.Lock()  # or those who connect at once would each have the same shown
        self._failures = 0
        self._pushing = asyncio.Lock()  # or a cursor might overtake what comes before it
        self.consumers = [
            FollowConsumer(broker, subject, _Source(self, number)) for number, subject in enumerate(subjects)
        ]

    @property
    def live(self) -> bool:
        """Whether what happens arrives here at once."""
        return len(self._live) == len(self._received)

    @property
    def subscriptions(self) -> Collection[Subscription]:
        """Those who follow."""
        return self._subscriptions.keys()

    async def subscribe(self, subscription: Subscription, cursor: str | None) -> bytes:
        """Begin to push changes. What is to be sent before them: those after the `cursor`, or `reset` if they are
        forgotten, and the cursor to go on from."""
        self._subscriptions[subscription] = None
        position = self._ring.cursor.encode()
        missed = self._ring.after(cursor) if cursor else []
        if missed is None:
            return b"id: %b\nevent: reset\ndata: {}\n\n" % position
        await self._show(missed)
        return _chunk(missed, subscription.audience) + b"id: %b\n\n" % position

    def unsubscribe(self, subscription: Subscription) -> None:
        """End it."""
        self._subscriptions.pop(subscription, None)

    async def run(self) -> None:
        """Hand on what arrives until cancelled."""
        while True:
            await self._arrival.wait()
            await asyncio.sleep(self._interval)
            self._arrival.clear()
            arrived, self._arrived = self._arrived, []
            caught_up = set(self._caught_up)
            try:
                await self._hand_on(arrived)
            except Exception:
                self._lose()
                raise
            self._live |= caught_up & self._caught_up

    async def close(self) -> None:
        """End all subscriptions."""
        self.end_all(Closed.DRAIN)

    def end_all(self, reason: Closed) -> None:
        """End all subscriptions."""
        for subscription in self._subscriptions:
            subscription.close(reason)

    async def beat(self) -> None:
        """Push a comment, so that followers know that the connection works, and the cursor, so that those who got
        nothing for long can go on from it, too."""
        async with self._pushing:
            chunk = b":\nid: %b\n\n" % self._ring.cursor.encode()
            await self._push({subscription.audience: chunk for subscription in self._subscriptions})

    def start_after(self, source: int, end: StreamEnd) -> int:
        """As `Follower`: where it has stopped, or a little before the end of a stream that it does not know."""
        epoch = int(end.created.timestamp()) if end.created else 1
        if epoch != self._ring.epoch or self._received[source] > end.last_sequence:
            self._received = [max(0, end.last_sequence - RECENT)] * len(self._received)
            self._lose(epoch)
        return self._received[source]

    def receive(self, source: int, sequence: int, subject: str, data: bytes) -> None:
        """As `Follower`."""
        if sequence <= self._received[source]:
            return
        if len(self._arrived) >= RECENT:
            self._lose()
        self._received[source] = sequence
        self._arrived.append(Entry(source, sequence, Message(subject, data)))
        self._arrival.set()

    def note_live(self, source: int, is_live: bool) -> None:
        """As `Follower`. What has arrived must have been handed on, too: clients may know it from another process."""
        if not is_live:
            self._caught_up.discard(source)
            self._live.discard(source)
        elif source not in self._caught_up:
            self._caught_up.add(source)
            self._arrival.set()

    def _lose(self, epoch: int | None = None) -> None:
        """What has arrived is not handed on: whoever follows must read everything anew."""
        self._losses += 1
        self._arrived.clear()
        self._ring.restart(self._ring.epoch if epoch is None else epoch, self._received)
        self.end_all(Closed.LOST)

    async def _hand_on(self, entries: Sequence[Entry]) -> None:
        losses = self._losses
        for _ in range(_MAX_ATTEMPTS):
            if not self._subscriptions or losses != self._losses:
                break
            try:
                await self._show(entries)
                break
            except TRANSIENT_ERRORS as error:
                log.debug("feed.dependency_failed", error=repr(error))
                await asyncio.sleep(_RETRY_SECONDS)
        else:
            self._lose()
        async with self._pushing:
            if losses != self._losses:
                return
            for entry in entries:
                self._ring.append(entry)
            audiences = {entry.audience for entry in entries if entry.change}
            await self._push({audience: _chunk(entries, audience) for audience in audiences})

    async def _push(self, chunks: dict[str | None, bytes]) -> None:
        for number, subscription in enumerate(list(self._subscriptions), 1):
            if chunk := chunks.get(subscription.audience):
                subscription.push(chunk)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _show(self, entries: Sequence[Entry]) -> None:
        failures = self._failures
        async with self._showing:
            hidden = [entry for entry in entries if not entry.is_shown]
            if not hidden:
                return
            if self._failures > failures:
                raise Unavailable  # nobody waits for two time-outs
            try:
                changes = await self._present([entry.message for entry in hidden])
            except TRANSIENT_ERRORS:
                self._failures += 1
                raise
            for entry, change in zip(hidden, changes, strict=True):
                entry.change, entry.is_shown = change, True


class _Source:
    """One subject of a feed."""

    def __init__(self, feed: Feed, number: int) -> None:
        self.start_after = partial(feed.start_after, number)
        self.receive = partial(feed.receive, number)
        self.note_live = partial(feed.note_live, number)


def _chunk(entries: Sequence[Entry], audience: str | None) -> bytes:
    return b"".join(entry.frame() for entry in entries if entry.audience == audience)
