"""Scheduling and firing, with fakes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from prometheus_client import REGISTRY

from ticketing_common.events import OrderCreated, Received
from ticketing_expiration.domain import GRACE, Expiry, FiredBy, Firing
from ticketing_expiration.listeners import OrderCreatedListener
from ticketing_expiration.use_cases import fire_due, schedule_expiration
from ticketing_test_support.samples import order_event

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOON = int(NOW.timestamp())


class InMemoryExpiryStore:
    """Pending and fired expirations."""

    def __init__(self) -> None:
        self.pending: dict[str, Expiry] = {}
        self.fired: dict[str, Expiry] = {}

    async def add(self, expiry: Expiry, *, fired_at: datetime | None = None) -> bool:
        if expiry.order_id in self.pending | self.fired:
            return False
        (self.pending if fired_at is None else self.fired)[expiry.order_id] = expiry
        return True

    async def add_all(self, expiries: Mapping[Expiry, str]) -> None:
        for expiry in expiries:
            await self.add(expiry)

    async def fire(self, *, due_until: datetime, now: datetime) -> Firing:
        due = [expiry for expiry in self.pending.values() if expiry.due_at <= due_until]
        for expiry in due:
            self.fired[expiry.order_id] = self.pending.pop(expiry.order_id)
        return Firing(len(due), [(now - expiry.due_at).total_seconds() for expiry in due])

    async def count_pending(self) -> int:
        return len(self.pending)

    async def purge(self, *, fired_before: datetime, limit: int) -> int:
        return 0


class RecordingTimers:
    """Records the seconds for which a timer was set."""

    def __init__(self) -> None:
        self.seconds: list[int] = []

    def set(self, due_second: int) -> None:
        self.seconds.append(due_second)


def _due(seconds_from_now: float, order_id: str = "an order") -> Expiry:
    return Expiry(order_id, NOW + timedelta(seconds=seconds_from_now))


async def test_timer_is_set_for_the_due_second() -> None:
    store, timers = InMemoryExpiryStore(), RecordingTimers()
    await schedule_expiration(store, timers, _due(900.25), now=NOW)
    assert timers.seconds == [NOON + 901]
    assert store.pending == {"an order": _due(900.25)}


async def test_due_order_fires_in_the_same_write() -> None:
    store, timers = InMemoryExpiryStore(), RecordingTimers()
    await schedule_expiration(store, timers, _due(-0.1), now=NOW)
    assert store.fired == {"an order": _due(-0.1)}
    assert timers.seconds == []


async def test_repeated_order_sets_the_timer_again() -> None:
    store, timers = InMemoryExpiryStore(), RecordingTimers()
    await schedule_expiration(store, timers, _due(5), now=NOW)
    await schedule_expiration(store, timers, _due(5), now=NOW)
    assert timers.seconds == [NOON + 5, NOON + 5]
    assert store.pending == {"an order": _due(5)}


async def test_fired_order_does_not_fire_again() -> None:
    store, timers = InMemoryExpiryStore(), RecordingTimers()
    before = _fired_by(FiredBy.ARRIVAL)
    await schedule_expiration(store, timers, _due(-1), now=NOW)
    await schedule_expiration(store, timers, _due(-1), now=NOW)
    assert _fired_by(FiredBy.ARRIVAL) - before == 1


async def test_sweep_leaves_a_grace_period_to_the_timer() -> None:
    store = InMemoryExpiryStore()
    for order_id, seconds in (("missed", -2.0), ("the timer's", -1.9)):
        await store.add(_due(seconds, order_id))
    assert await fire_due(store, now=NOW, by=FiredBy.SWEEP, grace=GRACE) == 1
    assert list(store.fired) == ["missed"]


async def test_firing_is_measured() -> None:
    store = InMemoryExpiryStore()
    await store.add(_due(-0.5))
    fired, late = _fired_by(FiredBy.TIMER), _sample("expiration_lateness_seconds_sum")
    await fire_due(store, now=NOW, by=FiredBy.TIMER)
    assert _fired_by(FiredBy.TIMER) - fired == 1
    assert round(_sample("expiration_lateness_seconds_sum") - late, 3) == 0.5


def _fired_by(by: FiredBy) -> float:
    return REGISTRY.get_sample_value("expirations_fired_total", {"by": by.value}) or 0.0


def _sample(name: str) -> float:
    return REGISTRY.get_sample_value(name) or 0.0


async def test_batch_sets_one_timer_a_second_and_leaves_what_is_due() -> None:
    store, timers = InMemoryExpiryStore(), RecordingTimers()
    listener = OrderCreatedListener(store, timers, now=lambda: NOW)
    in_seconds = {"a": 0.2, "b": 0.4, "c": 5, "due": -1}
    batch = [
        Received(order_event(OrderCreated, id=order_id, expires_at=NOW + timedelta(seconds=seconds)), "trace")
        for order_id, seconds in in_seconds.items()
    ]
    assert [received.event.id for received in await listener.handle_batch(batch)] == ["due"]
    assert sorted(store.pending) == ["a", "b", "c"]
    assert sorted(timers.seconds) == [NOON + 1, NOON + 5]
