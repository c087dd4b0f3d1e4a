"""The samplers of OpenTelemetry's specification: which traces are recorded (`OTEL_TRACES_SAMPLER`)."""

import os
from random import getrandbits
from typing import Self

from ticketing_common.observability import tracing

_ID_BITS = 64


class Sampler:
    """Records this `ratio` of traces, by their ids, so that all processes decide the same; with `parent_based`, a trace
    that has come from elsewhere if that has recorded it."""

    def __init__(self, *, parent_based: bool = True, ratio: float = 1.0) -> None:
        self._parent_based = parent_based
        self._bound = round(ratio * (1 << _ID_BITS))

    @classmethod
    def from_environment(cls) -> Self:
        """As the standard variables say, which are valid."""
        name = os.environ.get("OTEL_TRACES_SAMPLER") or "parentbased_always_on"
        root = name.removeprefix("parentbased_")
        ratios = {"always_on": 1.0, "always_off": 0.0}
        ratio = ratios[root] if root in ratios else float(os.environ.get("OTEL_TRACES_SAMPLER_ARG") or 1)
        return cls(parent_based=root != name, ratio=ratio)

    def child_of(self, parent: str | None) -> str:
        """The `traceparent` of a new span under a valid `parent`, or in a new trace; its flag says whether it is
        recorded."""
        if parent is None:
            trace = getrandbits(_ID_BITS)
            return f"00-{getrandbits(_ID_BITS):016x}{trace:016x}-{getrandbits(_ID_BITS):016x}-{self._flag(trace)}"
        if self._parent_based:
            return tracing.child_of(parent)
        return f"{parent[:36]}{getrandbits(_ID_BITS):016x}-{self._flag(int(parent[19:35], 16))}"

    def _flag(self, trace: int) -> str:
        return "01" if trace < self._bound else "00"
