"""An outage of a server leaves two lines, however many calls fail meanwhile and overlap its end."""

import logging

import pytest

from ticketing_common.observability.dependencies import Dependency


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def redis(clock: Clock, caplog: pytest.LogCaptureFixture) -> Dependency:
    caplog.set_level(logging.INFO)
    return Dependency("redis", clock=clock)


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[object, ...]]:
    entries = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    return [(entry["level"], entry["event"], entry["dependency"], entry.get("seconds")) for entry in entries]


AWAY = ("warning", "dependency.unavailable", "redis", None)


def test_outage_is_one_warning_and_one_line_with_its_duration(
    redis: Dependency, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(30):
        redis.failed(OSError("refused"))
        clock.now += 1
    for _ in range(5):
        redis.succeeded()
        clock.now += 1
    assert lines(caplog) == [AWAY, ("info", "dependency.recovered", "redis", 30.0)]


def test_success_without_an_outage_is_not_logged(redis: Dependency, caplog: pytest.LogCaptureFixture) -> None:
    redis.succeeded()
    assert lines(caplog) == []


def test_some_successes_among_failures_do_not_end_an_outage(
    redis: Dependency, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(10):
        redis.failed(OSError("refused"))
        clock.now += 1
        redis.succeeded()
    assert (lines(caplog), redis.away) == ([AWAY], True)


def test_calls_that_began_before_a_failure_prove_nothing(
    redis: Dependency, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    redis.failed(OSError("refused"))
    clock.now += 10
    redis.succeeded(started=999.0)
    assert lines(caplog) == [AWAY]


def test_failures_of_calls_from_the_outage_do_not_begin_another(
    redis: Dependency, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    redis.failed(OSError("refused"))
    clock.now += 10
    redis.succeeded(started=1010.0)
    redis.failed(OSError("time-out"), started=1005.0)
    assert [event for _, event, *_ in lines(caplog)] == ["dependency.unavailable", "dependency.recovered"]


def test_next_outage_is_logged_again(redis: Dependency, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        redis.failed(OSError("refused"), fallback="memory")
        clock.now += 10
        redis.succeeded()
    assert [event for _, event, *_ in lines(caplog)] == ["dependency.unavailable", "dependency.recovered"] * 2
