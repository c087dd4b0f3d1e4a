"""A process consumes what happens once, for all who follow it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from nats.errors import Error as NatsError

from ticketing_common.errors import Unavailable
from ticketing_common.feed import Change, Closed, Feed, Message, Subscription
from ticketing_common.feed.feed import RECENT
from ticketing_common.feed.subscription import MAX_PENDING_BYTES
from ticketing_common.messaging import Broker
from ticketing_common.web.background import run_tasks
from ticketing_test_support.event_streams import ServerEvent, parse_events
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually

SUBJECTS = ("ticket.>", "order.completed")


class Process:
    """A feed whose changes are the messages' own texts: `AUDIENCE:TEXT`, or a text for everybody."""

    def __init__(self, broker: Broker) -> None:
        self.feed = Feed(broker, SUBJECTS, self._present, interval=0)
        self.presented: list[str] = []
        self.is_down = self.is_broken = False
        self.refused = 0

    async def _present(self, messages: Sequence[Message]) -> list[Change | None]:
        await asyncio.sleep(0)  # as for a store
        if self.is_down:
            self.refused += 1
            raise Unavailable
        if self.is_broken:
            raise RuntimeError("a defect")
        self.presented += [message.data.decode() for message in messages]
        return [self._change(message.data.decode()) for message in messages]

    def _change(self, text: str) -> Change | None:
        audience, _, text = text.rpartition(":")
        return Change("said", text, audience or None) if text else None


class Follower:
    """What one client of a feed has got."""

    def __init__(self, audience: str | None, on_slow: Callable[[], None]) -> None:
        self.subscription = Subscription(audience, lambda: True, on_slow=on_slow)
        self.text = ""

    @property
    def events(self) -> list[ServerEvent]:
        return parse_events(self.text)

    @property
    def said(self) -> list[str]:
        return [event.data for event in self.events]

    @property
    def last_id(self) -> str:
        return self.text.rpartition("id: ")[2].partition("\n")[0]

    async def follow(self, feed: Feed, cursor: str | None) -> None:
        chunk = await feed.subscribe(self.subscription, cursor)
        while chunk:
            self.text += chunk.decode()
            chunk = await self.subscription.take()
        feed.unsubscribe(self.subscription)


@asynccontextmanager
async def running(broker: Broker) -> AsyncIterator[Process]:
    """A process whose feed is live."""
    process = Process(broker)
    async with run_tasks([*process.feed.consumers, process.feed]):
        await eventually(lambda: process.feed.live, within=20, what="the feed being live")
        yield process


@asynccontextmanager
async def following(
    process: Process, cursor: str | None = None, *, audience: str | None = None
) -> AsyncIterator[Follower]:
    """A client, once it follows."""
    follower = Follower(audience, lambda: None)
    task = asyncio.create_task(follower.follow(process.feed, cursor))
    try:
        await eventually(lambda: bool(follower.text))
        yield follower
    finally:
        follower.subscription.close(Closed.CLIENT)
        await task


async def say(broker: Broker, *texts: str, subject: str = "ticket.updated") -> bool:
    """Whether the broker acknowledges it."""
    try:
        for text in texts:
            await broker.jetstream.publish(subject, text.encode())
    except (NatsError, Unavailable):
        return False
    return True


async def test_everybody_gets_what_happens(broker: Broker) -> None:
    async with running(broker) as process, following(process) as first, following(process) as second:
        await say(broker, "a", "b")
        await say(broker, "sold", subject="order.completed")
        await say(broker, "other", subject="order.created")
        await eventually(lambda: len(first.said) == len(second.said) == 3)
        assert sorted(first.said) == ["a", "b", "sold"]
        assert sorted(process.presented) == ["a", "b", "sold"]  # once for both


async def test_nothing_is_presented_while_nobody_follows(broker: Broker) -> None:
    async with running(broker) as process:
        async with following(process) as follower:
            await say(broker, "seen")
            await eventually(lambda: follower.said == ["seen"])
        await say(broker, "missed")
        async with running(broker) as other, following(other) as witness:
            await say(broker, "later")
            await eventually(lambda: witness.said == ["later"])
        assert process.presented == ["seen"]
        process.is_down = True
        refused = await asyncio.gather(*resumed(process, follower.last_id, 3), return_exceptions=True)
        assert ([type(each) for each in refused], process.refused) == ([Unavailable] * 3, 1)
        process.is_down = False
        for chunk in await asyncio.gather(*resumed(process, follower.last_id, 3)):
            assert [event.data for event in parse_events(chunk.decode())] == ["missed", "later"]
        assert process.presented == ["seen", "missed", "later"]  # once for all of them


def resumed(process: Process, cursor: str, count: int) -> list[Awaitable[bytes]]:
    """What so many clients get that connect again at the same moment."""
    subscriptions = [Follower(None, lambda: None).subscription for _ in range(count)]
    return [process.feed.subscribe(subscription, cursor) for subscription in subscriptions]


async def test_own_changes_only(broker: Broker) -> None:
    async with (
        running(broker) as process,
        following(process, audience="u1") as one,
        following(process, audience="u2") as two,
    ):
        await say(broker, "u1:a", "u2:b", "u1:c")
        await eventually(lambda: len(one.said) == 2 and len(two.said) == 1)
        assert (one.said, two.said) == (["a", "c"], ["b"])


async def test_another_process_goes_on_from_the_cursor(broker: Broker) -> None:
    async with running(broker) as first, following(first) as follower:
        await say(broker, "a")
        await eventually(lambda: follower.said == ["a"])
    await say(broker, "b", "c")
    async with running(broker) as second, following(second) as witness:
        await say(broker, "d")
        await eventually(lambda: witness.said == ["d"])
        async with following(second, follower.last_id) as resumed:
            assert resumed.said == ["b", "c", "d"]


async def test_quiet_followers_keep_a_recent_cursor(broker: Broker) -> None:
    async with running(broker) as process, following(process, audience="u1") as quiet:
        before = quiet.last_id
        async with following(process, audience="u2") as other:
            await say(broker, "u2:a")
            await eventually(lambda: other.said == ["a"])
        assert quiet.last_id == before
        await process.feed.beat()
        await eventually(lambda: quiet.last_id == other.last_id)
        assert quiet.text.endswith(f":\nid: {other.last_id}\n\n")


async def test_unknown_cursor_resets(broker: Broker) -> None:
    async with running(broker) as process, following(process, "1.2.3") as follower:
        assert [event.name for event in follower.events] == ["reset"]
        await say(broker, "a")
        await eventually(lambda: follower.said == [{}, "a"])


async def test_unavailable_store_delays_changes(broker: Broker) -> None:
    async with running(broker) as process, following(process) as follower:
        process.is_down = True
        await say(broker, "a")
        await eventually(lambda: process.refused > 0)
        process.is_down = False
        await eventually(lambda: follower.said == ["a"])


async def test_what_cannot_be_shown_resets(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ticketing_common.feed.feed._RETRY_SECONDS", 0.01)
    async with running(broker) as process, following(process) as follower:
        process.is_down = True
        await say(broker, "unreadable")
        await eventually(lambda: follower.subscription.closed is Closed.LOST)
        process.is_down = False
        async with following(process, follower.last_id) as again:
            assert [event.name for event in again.events] == ["reset"]
            await say(broker, "after")
            await eventually(lambda: again.said == [{}, "after"])


async def test_slow_follower_is_dropped(broker: Broker) -> None:
    dropped = asyncio.Event()
    async with running(broker) as process, following(process) as quick:
        slow = Subscription(None, lambda: True, on_slow=dropped.set)
        await process.feed.subscribe(slow, None)
        texts = ["x" * 50_000] * (MAX_PENDING_BYTES // 50_000 + 1)
        for number, text in enumerate(texts, 1):
            await say(broker, text)
            await eventually(lambda: len(quick.said) == number)  # noqa: B023
        assert slow.closed is Closed.SLOW
        assert dropped.is_set()
        assert await slow.take() == b""
        assert quick.subscription.closed is None


async def test_more_than_can_be_kept_resets(broker: Broker) -> None:
    async with running(broker) as process, following(process) as follower:
        for sequence in range(1_000, 1_001 + RECENT):  # at once, before anything is handed on
            process.feed.receive(0, sequence, "ticket.updated", b"x")
        assert follower.subscription.closed is Closed.LOST
        async with following(process, follower.last_id) as again:
            assert [event.name for event in again.events][:1] == ["reset"]


async def test_broken_presentation_resets(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    async with running(broker) as process, following(process) as follower:
        process.is_broken = True
        await say(broker, "broken")
        await eventually(lambda: follower.subscription.closed is Closed.LOST)
        process.is_broken = False
        await eventually(lambda: "task.crashed" in caplog.text)
        async with following(process) as again:
            await say(broker, "after")
            await eventually(lambda: again.said == ["after"], within=20)


async def test_broker_without_its_data_resets(own_nats: Server) -> None:
    broker = Broker(own_nats.url, client_name="test")
    async with run_tasks([broker]), running(broker) as process:
        async with following(process) as follower:
            await say(broker, *map(str, range(5)))
            await eventually(lambda: len(follower.said) == 5)
            own_nats.kill()
            await eventually(lambda: not process.feed.live, within=20)
            shutil.rmtree(own_nats.log.parent / "nats")
            own_nats.start()
            await eventually(lambda: follower.subscription.closed is Closed.LOST, within=20)
        await eventually(lambda: process.feed.live, within=20)
        async with following(process, follower.last_id) as again:
            assert [event.name for event in again.events] == ["reset"]
            await say(broker, "after")
            await eventually(lambda: again.said == [{}, "after"], within=20)


async def test_restart_of_the_broker_loses_nothing(own_nats: Server) -> None:
    broker = Broker(own_nats.url, client_name="test")
    async with run_tasks([broker]), running(broker) as process, following(process) as follower:
        await say(broker, "before")
        await eventually(lambda: follower.said == ["before"])
        own_nats.kill()
        own_nats.start()
        await eventually(lambda: say(broker, "after"), within=20)
        await eventually(lambda: "after" in follower.said, within=20)
        assert follower.subscription.closed is None
