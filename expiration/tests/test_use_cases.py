"""What is decided when an order is placed and when its time has run out; no server is needed."""

from datetime import UTC, datetime, timedelta

from prometheus_client import REGISTRY

from ticketing_expiration.domain import GRACE, Expiry, FiredBy, Firing
from ticketing_expiration.use_cases import fire_due, watch_order

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOON = int(NOW.timestamp())


class ExpiriesInMemory:
    """Due times, and those that fired."""

    def __init__(self) -> None:
        self.waiting: dict[str, Expiry] = {}
        self.fired: dict[str, Expiry] = {}

    async def add(self, expiry: Expiry, *, fired_at: datetime | None = None) -> bool:
        if expiry.order_id in self.waiting | self.fired:
            return False
        (self.waiting if fired_at is None else self.fired)[expiry.order_id] = expiry
        return True

    async def fire(self, *, due_until: datetime, now: datetime) -> Firing:
        due = [expiry for expiry in self.waiting.values() if expiry.due_at <= due_until]
        for expiry in due:
            self.fired[expiry.order_id] = self.waiting.pop(expiry.order_id)
        return Firing(len(due), [(now - expiry.due_at).total_seconds() for expiry in due])


class TimersInMemory:
    """The seconds for which a timer was set."""

    def __init__(self) -> None:
        self.seconds: list[int] = []

    def set(self, due_second: int) -> None:
        self.seconds.append(due_second)


def _due(seconds_from_now: float, order_id: str = "an order") -> Expiry:
    return Expiry(order_id, NOW + timedelta(seconds=seconds_from_now))


async def test_an_order_gets_a_timer_at_the_first_whole_second_at_which_it_is_due() -> None:
    expiries, timers = ExpiriesInMemory(), TimersInMemory()
    await watch_order(expiries, timers, _due(900.25), now=NOW)
    assert timers.seconds == [NOON + 901]
    assert expiries.waiting == {"an order": _due(900.25)}


async def test_an_order_that_is_due_when_it_is_heard_of_fires_in_the_same_write() -> None:
    expiries, timers = ExpiriesInMemory(), TimersInMemory()
    await watch_order(expiries, timers, _due(-0.1), now=NOW)
    assert expiries.fired == {"an order": _due(-0.1)}
    assert timers.seconds == []


async def test_a_repeated_order_sets_the_timer_again_and_changes_nothing_else() -> None:
    expiries, timers = ExpiriesInMemory(), TimersInMemory()
    await watch_order(expiries, timers, _due(5), now=NOW)
    await watch_order(expiries, timers, _due(5), now=NOW)
    assert timers.seconds == [NOON + 5, NOON + 5]
    assert expiries.waiting == {"an order": _due(5)}


async def test_an_order_that_has_fired_does_not_fire_again_when_its_event_is_repeated() -> None:
    expiries, timers = ExpiriesInMemory(), TimersInMemory()
    before = _fired_by(FiredBy.ARRIVAL)
    await watch_order(expiries, timers, _due(-1), now=NOW)
    await watch_order(expiries, timers, _due(-1), now=NOW)
    assert _fired_by(FiredBy.ARRIVAL) - before == 1


async def test_the_sweep_leaves_the_last_two_seconds_to_the_timer() -> None:
    expiries = ExpiriesInMemory()
    for order_id, seconds in (("missed", -2.0), ("the timer's", -1.9)):
        await expiries.add(_due(seconds, order_id))
    assert await fire_due(expiries, now=NOW, by=FiredBy.SWEEP, grace=GRACE) == 1
    assert list(expiries.fired) == ["missed"]


async def test_who_fired_and_how_late_is_measured() -> None:
    expiries = ExpiriesInMemory()
    await expiries.add(_due(-0.5))
    fired, late = _fired_by(FiredBy.TIMER), _sample("expiration_lateness_seconds_sum")
    await fire_due(expiries, now=NOW, by=FiredBy.TIMER)
    assert _fired_by(FiredBy.TIMER) - fired == 1
    assert round(_sample("expiration_lateness_seconds_sum") - late, 3) == 0.5


def _fired_by(by: FiredBy) -> float:
    return REGISTRY.get_sample_value("expirations_fired_total", {"by": by.value}) or 0.0


def _sample(name: str) -> float:
    return REGISTRY.get_sample_value(name) or 0.0
