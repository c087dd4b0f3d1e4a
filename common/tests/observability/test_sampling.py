"""Which traces are recorded."""

from random import getrandbits

import pytest

from ticketing_common.observability import tracing
from ticketing_common.observability.sampling import Sampler

SAMPLED = "00-" + "f" * 32 + "-" + "b" * 16 + "-01"
NOT_SAMPLED = SAMPLED[:-1] + "0"


def sampler(monkeypatch: pytest.MonkeyPatch, name: str, argument: str = "") -> Sampler:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", name)
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", argument)
    return Sampler.from_environment()


@pytest.mark.parametrize(
    ("name", "argument", "root", "child", "other_child"),
    [
        ("", "", True, True, False),
        ("parentbased_always_on", "", True, True, False),
        ("parentbased_always_off", "", False, True, False),
        ("parentbased_traceidratio", "0", False, True, False),
        ("parentbased_traceidratio", "", True, True, False),
        ("always_on", "", True, True, True),
        ("always_off", "", False, False, False),
        ("traceidratio", "0", False, False, False),
        ("traceidratio", "1", True, True, True),
    ],
)
def test_samplers_decide_as_specified(
    monkeypatch: pytest.MonkeyPatch, name: str, argument: str, *, root: bool, child: bool, other_child: bool
) -> None:
    decide = sampler(monkeypatch, name, argument).decide
    decisions = (
        decide(SAMPLED, has_parent=False),
        decide(SAMPLED, has_parent=True),
        decide(NOT_SAMPLED, has_parent=True),
    )
    assert tuple(map(tracing.is_sampled, decisions)) == (root, child, other_child)


def test_ratio_depends_on_the_trace_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tenth = sampler(monkeypatch, "traceidratio", "0.1")
    traces = [f"00-{getrandbits(128):032x}-{1:016x}-01" for _ in range(5_000)]
    sampled = [tracing.is_sampled(tenth.decide(trace, has_parent=False)) for trace in traces]
    assert 350 < sum(sampled) < 650
    assert sampled == [tracing.is_sampled(tenth.decide(trace, has_parent=True)) for trace in traces]
