"""The samplers of OpenTelemetry's specification: which traces are recorded (`OTEL_TRACES_SAMPLER`)."""

import os
from dataclasses import dataclass
from typing import Self

_ID_BITS = 64


@dataclass(frozen=True, slots=True)
class Sampler:
    """Records this `ratio` of traces, by their ids, so that all processes decide the same; with `parent_based`, a trace
    that has come from elsewhere if that has recorded it."""

    parent_based: bool = True
    ratio: float = 1.0

    @classmethod
    def from_environment(cls) -> Self:
        """As the standard variables say, which are valid."""
        name = os.environ.get("OTEL_TRACES_SAMPLER") or "parentbased_always_on"
        root = name.removeprefix("parentbased_")
        ratios = {"always_on": 1.0, "always_off": 0.0}
        ratio = ratios[root] if root in ratios else float(os.environ.get("OTEL_TRACES_SAMPLER_ARG") or 1)
        return cls(parent_based=root != name, ratio=ratio)

    def decide(self, traceparent: str, *, has_parent: bool) -> str:
        """The `traceparent` of a new span, with the flag that says whether it is recorded."""
        if has_parent and self.parent_based:
            return traceparent
        return traceparent[:53] + ("01" if self._is_sampled(traceparent) else "00")

    def _is_sampled(self, traceparent: str) -> bool:
        return int(traceparent[19:35], 16) < round(self.ratio * (1 << _ID_BITS))
