"""The relay, on an outbox in memory: every event is published, whatever happens meanwhile."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pytest

from ticketing_common.events import Envelope, TicketUpdated
from ticketing_common.outbox import OutboxBacklog, PendingEvents, Relay
from ticketing_common.web.background import run_tasks
from ticketing_test_support.recorder import RecordingPublisher
from ticketing_test_support.waiting import eventually

SOON = 0.05
NEVER = 3_600


@pytest.fixture
def publisher() -> RecordingPublisher:
    """A publisher in memory."""
    return RecordingPublisher()


class Outbox:
    """An OutboxSource in memory. `sweeps` counts how often a relay has read it."""

    def __init__(self, *envelopes: Envelope) -> None:
        self.envelopes = list(envelopes)
        self.sweeps = 0

    async def pending(self, *, before: datetime, limit: int) -> list[PendingEvents]:
        self.sweeps += 1
        found = [envelope for envelope in self.envelopes if envelope.occurred_at < before]
        return [PendingEvents("a", [envelope]) for envelope in found[:limit]]

    async def backlog(self) -> OutboxBacklog:
        return OutboxBacklog(len(self.envelopes), min((e.occurred_at for e in self.envelopes), default=None))

    async def remove_published(self, published: Iterable[tuple[str, Sequence[str]]]) -> None:
        done = {event_id for _, ids in published for event_id in ids}
        self.envelopes = [envelope for envelope in self.envelopes if envelope.id not in done]


def envelopes(count: int) -> list[Envelope]:
    at = datetime.now(UTC)
    events = [TicketUpdated(id="a", version=number, title="Seat", price=1250, user_id="u") for number in range(count)]
    return [Envelope.from_event(event, occurred_at=at, traceparent="") for event in events]


async def test_sweep_can_be_requested(publisher: RecordingPublisher) -> None:
    outbox = Outbox()
    relay = Relay([outbox], publisher, sweep_every=NEVER)
    async with run_tasks([relay]):
        await eventually(lambda: outbox.sweeps == 1)
        outbox.envelopes = envelopes(1)
        relay.sweep_now()
        await eventually(lambda: outbox.envelopes == [])
    assert len(publisher.envelopes) == 1


async def test_unacknowledged_event_stays_and_blocks_no_other(publisher: RecordingPublisher) -> None:
    outbox = Outbox(*envelopes(2))
    publisher.refuse = {"ticket.updated:a:0"}
    async with run_tasks([Relay([outbox], publisher, sweep_every=SOON)]):
        await eventually(lambda: [e.id for e in publisher.envelopes].count("ticket.updated:a:0") >= 3)
        assert [envelope.id for envelope in outbox.envelopes] == ["ticket.updated:a:0"]
        publisher.refuse = set()
        await eventually(lambda: outbox.envelopes == [])


class InterruptedPublisher(RecordingPublisher):
    """Its first batch hangs until cancelled."""

    async def publish(self, envelopes: Sequence[Envelope]) -> set[str]:
        if not self.envelopes:
            self.envelopes.extend(envelopes)
            await asyncio.Event().wait()
        return await super().publish(envelopes)


async def test_closing_publishes_an_interrupted_batch() -> None:
    outbox, publisher = Outbox(*envelopes(1)), InterruptedPublisher()
    relay = Relay([outbox], publisher, sweep_every=NEVER)
    relay.notify(outbox, PendingEvents("a", outbox.envelopes))
    async with run_tasks([relay]):
        await eventually(lambda: bool(publisher.envelopes))
    assert outbox.envelopes == []


async def test_burst_is_published_completely(publisher: RecordingPublisher) -> None:
    outbox = Outbox()
    relay = Relay([outbox], publisher, sweep_every=NEVER)
    for item in envelopes(600):
        relay.notify(outbox, PendingEvents("a", [item]))
    async with run_tasks([relay]):
        await eventually(lambda: len(publisher.envelopes) == 600)


class BusyPublisher(RecordingPublisher):
    """Whenever it publishes, another event is written."""

    relay: Relay

    async def publish(self, envelopes: Sequence[Envelope]) -> set[str]:
        await asyncio.sleep(0.001)
        self.relay.notify(Outbox(), PendingEvents("a", envelopes))
        return {envelope.id for envelope in envelopes}


async def test_steady_load_does_not_keep_sweeps_away() -> None:
    outbox, publisher = Outbox(), BusyPublisher()
    publisher.relay = relay = Relay([outbox], publisher, sweep_every=SOON)
    relay.notify(outbox, PendingEvents("a", envelopes(1)))
    async with run_tasks([relay]):
        await eventually(lambda: outbox.sweeps >= 3)


class FaultyOutbox(Outbox):
    """An error of our own at the first removal."""

    failed = False

    async def remove_published(self, published: Iterable[tuple[str, Sequence[str]]]) -> None:
        if not self.failed:
            self.failed = True
            raise ValueError("cannot be removed")
        await super().remove_published(published)


async def test_removals_continue_after_an_error(publisher: RecordingPublisher) -> None:
    outbox = FaultyOutbox()
    relay = Relay([outbox], publisher, sweep_every=NEVER)
    async with run_tasks([relay]):
        await eventually(lambda: outbox.sweeps == 1)
        outbox.envelopes = envelopes(1)
        for _ in range(2):
            relay.notify(outbox, PendingEvents("a", outbox.envelopes))
            await eventually(lambda: outbox.failed)
        await eventually(lambda: outbox.envelopes == [])


@pytest.mark.parametrize("ticks", range(4))
async def test_relay_stops_just_after_a_write(publisher: RecordingPublisher, ticks: int) -> None:
    outbox = Outbox()
    relay = Relay([outbox], publisher)
    task = asyncio.create_task(relay.run())
    await eventually(lambda: outbox.sweeps == 1)
    relay.sweep_now()
    for _ in range(ticks):
        await asyncio.sleep(0)
    task.cancel()
    await eventually(task.done, within=2, what="the end of the relay")
