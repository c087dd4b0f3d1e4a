"""A revoked session is refused until its last token has expired; then it is forgotten."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from ticketing_common.events import Envelope, SessionRevoked
from ticketing_common.messaging import Broker, Publisher
from ticketing_common.revocations import RevocationConsumer, Revocations
from ticketing_common.tokens import CurrentUser, SessionLimits
from ticketing_common.web.background import run_tasks

START = datetime(2030, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now.timestamp()


def session(
    session_id: str = "s1", *, user_id: str = "u1", generation: int = 0, started: datetime = START
) -> CurrentUser:
    seconds = int(started.timestamp())
    return CurrentUser(user_id, "a@b.c", seconds, seconds + 604_800, session_id, generation, seconds)


def test_revoked_session_is_refused_and_no_other() -> None:
    revocations = Revocations(now=Clock())
    revocations.apply(SessionRevoked(user_id="u1", session_id="s1", expires_at=START + DAY))
    assert revocations.is_revoked(session("s1"))
    assert not revocations.is_revoked(session("s2"))


def test_earlier_generations_are_refused() -> None:
    revocations = Revocations(now=Clock())
    for generation in (2, 1):  # also if they arrive in another order
        revocations.apply(SessionRevoked(user_id="u1", generation=generation, expires_at=START + DAY))
    refused = [revocations.is_revoked(session(generation=number)) for number in range(4)]
    assert refused == [True, True, False, False]
    assert not revocations.is_revoked(session(user_id="u2"))


def test_entries_are_forgotten_when_they_expire() -> None:
    clock = Clock()
    revocations = Revocations(now=clock)
    revocations.apply(SessionRevoked(user_id="u1", session_id="s1", expires_at=START + DAY))
    revocations.apply(SessionRevoked(user_id="u2", generation=1, expires_at=START + DAY))
    revocations.apply(SessionRevoked(user_id="u2", generation=2, expires_at=START + 3 * DAY))
    clock.now = START + 2 * DAY
    revocations.apply(SessionRevoked(user_id="u3", session_id="s3", expires_at=START + DAY))  # from a replay
    assert (len(revocations), revocations.is_revoked(session(user_id="u2", generation=1))) == (1, True)
    clock.now = START + 4 * DAY
    revocations.apply(SessionRevoked(user_id="u3", session_id="s4", expires_at=START + 5 * DAY))
    assert len(revocations) == 1


def test_many_changes_of_one_password_take_the_memory_of_one() -> None:
    clock = Clock()
    revocations = Revocations(now=clock)
    for number in range(100):
        expires_at = START + DAY + timedelta(seconds=number)
        revocations.apply(SessionRevoked(user_id="u1", generation=number, expires_at=expires_at))
    assert len(revocations) == 1
    clock.now = START + DAY + timedelta(seconds=98)
    revocations.apply(SessionRevoked(user_id="u1", session_id="s1", expires_at=START + DAY))
    assert revocations.is_revoked(session(generation=98))
    clock.now += timedelta(seconds=1)
    revocations.apply(SessionRevoked(user_id="u1", session_id="s1", expires_at=START + DAY))
    assert (len(revocations), revocations.is_revoked(session(generation=98))) == (0, False)


def test_repeated_events_change_nothing() -> None:
    clock = Clock()
    revocations = Revocations(now=clock)
    for _ in range(3):
        revocations.apply(SessionRevoked(user_id="u1", session_id="s1", expires_at=START + DAY))
    assert len(revocations) == 1
    clock.now = START + 2 * DAY
    revocations.apply(SessionRevoked(user_id="u1", session_id="s1", expires_at=START + DAY))
    assert len(revocations) == 0


@pytest.mark.parametrize(
    ("started", "expected"),
    [(START, START + 8 * DAY), (START - 25 * DAY, START + 5 * DAY), (None, START + 8 * DAY)],
    ids=["young", "old", "all of a user"],
)
def test_revocation_outlives_every_token(started: datetime | None, expected: datetime) -> None:
    revoked = session(started=started) if started else None
    assert Revocations().expires_at(revoked, now=START) == expected


def test_short_lifetime_bounds_revocations() -> None:
    limits = SessionLimits(idle=604_800, lifetime=3_600)
    assert limits.revocation_lifetime == 3_600
    assert Revocations(limits).expires_at(None, now=START) == START + timedelta(hours=1)


async def test_start_does_not_wait_for_a_broker_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    broker = Broker("nats://127.0.0.1:1", client_name="test")
    consumer = RevocationConsumer(broker, Revocations())
    async with run_tasks([broker, consumer]), asyncio.timeout(20):
        await broker.wait_attempted()
        await consumer.wait_at_start()
    assert "revocations.not_replayed" in caplog.text


async def test_start_waits_for_the_replay(broker: Broker) -> None:
    events = [
        SessionRevoked(user_id="u1", session_id=str(number), expires_at=datetime.now(UTC) + DAY)
        for number in range(500)
    ]
    for start in range(0, 500, 250):
        batch = events[start : start + 250]
        stored = [Envelope.from_event(event, occurred_at=START, traceparent="") for event in batch]
        assert len(await Publisher(broker).publish(stored)) == len(batch)
    revocations = Revocations()
    consumer = RevocationConsumer(broker, revocations)
    async with run_tasks([broker, consumer]):
        await consumer.wait_at_start()
        assert len(revocations) == 500
