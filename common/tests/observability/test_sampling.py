"""Which traces are recorded."""

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
    chosen = sampler(monkeypatch, name, argument)
    contexts = [chosen.child_of(parent) for parent in (None, SAMPLED, NOT_SAMPLED)]
    assert [tracing.is_sampled(context) for context in contexts] == [root, child, other_child]
    assert all(tracing.is_valid(context) for context in contexts)
    assert all(tracing.same_trace(context, SAMPLED) for context in contexts[1:])


def test_ratio_depends_on_the_trace_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tenth = sampler(monkeypatch, "traceidratio", "0.1")
    traces = [tenth.child_of(None) for _ in range(5_000)]
    sampled = [tracing.is_sampled(trace) for trace in traces]
    assert 350 < sum(sampled) < 650
    assert sampled == [tracing.is_sampled(tenth.child_of(trace)) for trace in traces]
