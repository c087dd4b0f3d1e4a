"""Time series as the paths and labels of an SVG chart."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from ticketing_telemetry.prometheus import Series
from ticketing_telemetry.units import format_value

MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = 76, 10, 8, 22
TICKS = 4
MAX_SERIES = 8  # as many as there are colours


@dataclass(frozen=True)
class Line:
    """One series; `value` is its newest one."""

    name: str
    colour: str
    path: str
    value: str


@dataclass(frozen=True)
class Mark:
    """A labelled position on an axis, in units of the drawing."""

    position: float
    label: str


@dataclass(frozen=True)
class Chart:
    """A chart of `width` by `height`; `hidden` series were too many."""

    width: int
    height: int
    lines: tuple[Line, ...]
    x_marks: tuple[Mark, ...]
    y_marks: tuple[Mark, ...]
    hidden: int

    @property
    def left(self) -> int:
        """The left edge of the plot."""
        return MARGIN_LEFT

    @property
    def right(self) -> int:
        """The right edge of the plot."""
        return self.width - MARGIN_RIGHT

    @property
    def bottom(self) -> int:
        """The lower edge of the plot."""
        return self.height - MARGIN_BOTTOM


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Linear, without rounding."""
        return self.start + (value - self.low) / ((self.high - self.low) or 1) * (self.end - self.start)


def draw(
    named: Sequence[tuple[str, Series]], *, period: tuple[float, float], unit: str, width: int, height: int
) -> Chart:
    """The series over this period, in seconds since the epoch, those with the highest newest value first."""
    shown = sorted(named, key=lambda item: -_finite(item[1].last))[:MAX_SERIES]
    values = [value for _, series in shown for _, value in series.points if math.isfinite(value)]
    ticks = _nice_ticks(min([*values, 0]), max(values, default=1), unit)
    x_scale = _Scale(*period, MARGIN_LEFT, width - MARGIN_RIGHT)
    y_scale = _Scale(ticks[0], ticks[-1], height - MARGIN_BOTTOM, MARGIN_TOP)
    return Chart(
        width=width,
        height=height,
        lines=tuple(
            Line(name, f"s{index}", _path(series, x_scale, y_scale), format_value(series.last, unit))
            for index, (name, series) in enumerate(shown)
        ),
        x_marks=tuple(_x_marks(period, x_scale)),
        y_marks=tuple(Mark(y_scale.place(tick), format_value(tick, unit)) for tick in ticks),
        hidden=len(named) - len(shown),
    )


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _path(series: Series, x_scale: _Scale, y_scale: _Scale) -> str:
    """Interrupted where there is no value."""
    parts = []
    is_down = False
    gap = _gap([time for time, _ in series.points])
    previous = -math.inf
    for time, value in series.points:
        if not math.isfinite(value):
            is_down = False
            continue
        is_down = is_down and time - previous <= gap
        parts.append(f"{'L' if is_down else 'M'}{x_scale.place(time):.1f} {y_scale.place(value):.1f}")
        is_down, previous = True, time
    return " ".join(parts)


def _gap(times: list[float]) -> float:
    """A longer distance than this between two points is an interruption."""
    return 1.5 * min((after - before for before, after in pairwise(times)), default=math.inf)


def _nice_ticks(low: float, high: float, unit: str) -> list[float]:
    """Round values from at most `low` to at least `high`."""
    raw = (high - low) / TICKS or 0.25
    step = _nice_step(raw) if unit != "bytes" else 2.0 ** math.ceil(math.log2(raw))
    first, last = math.floor(low / step), math.ceil(high / step)
    return [index * step for index in range(first, max(last, first + 1) + 1)]


def _nice_step(at_least: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(at_least))
    return next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= at_least)


def _x_marks(period: tuple[float, float], scale: _Scale) -> Iterator[Mark]:
    start, end = period
    step = next((step for step in (60, 120, 300, 900, 1800, 3600, 7200) if (end - start) / step <= TICKS + 1), 14_400)
    time = math.ceil(start / step) * step
    while time <= end:
        yield Mark(scale.place(time), datetime.fromtimestamp(time, UTC).strftime("%H:%M"))
        time += step
