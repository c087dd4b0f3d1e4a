"""The simulated on-sale obeys the laws of queues."""

import pytest

from ticketing_bench.simulation import Simulated, Step, simulate

NO_WORK = [Step(name, {}) for name in ("list", "open", "reserve")]


def run(*, active: int, cores: int = 2, afterwards: float = 0) -> Simulated:
    steps = [*NO_WORK, Step("pay", {"payments": 0.010, "stripe": 0.005}, {"orders": afterwards}), Step("poll", {})]
    return simulate(steps, cores=cores, active=active, tickets=100, conflicts=0, polls=0)


def test_single_buyer_meets_no_queue() -> None:
    simulated = run(active=1)
    assert simulated.times["pay"] == pytest.approx([0.015] * 100)


def test_busiest_process_limits_many_buyers() -> None:
    simulated = run(active=16, cores=8)
    assert 1.0 <= simulated.seconds < 1.3
    assert max(simulated.times["pay"]) > 0.1


def test_cores_limit_many_processes() -> None:
    assert run(active=16, cores=1).seconds >= 1.5
    assert run(active=16, cores=1, afterwards=0.010).seconds >= 2.4


def test_conflicts_repeat_the_first_steps() -> None:
    simulated = simulate(
        [*NO_WORK, Step("pay", {"payments": 0.001}), Step("poll", {})],
        cores=2,
        active=4,
        tickets=200,
        conflicts=1.0,
        polls=2,
    )
    counts = {name: len(times) for name, times in simulated.times.items()}
    assert counts["pay"] in range(200, 204)
    assert counts["reserve"] / counts["pay"] == pytest.approx(2, rel=0.2)
    assert counts["poll"] / counts["pay"] == pytest.approx(2, rel=0.2)
