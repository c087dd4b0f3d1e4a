"""The time axis of a trace.

A purchase takes milliseconds of work within minutes of waiting, for the buyer or the timer. Drawn to scale, no span
could be seen. Therefore idle gaps are folded: each takes a small width, whatever its length, and says how long it was.
The stretches between them have widths by the square root of their lengths, so that a slow one leaves room for others.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ticketing_telemetry.units import format_duration

# A gap is folded if it is longer than this share of all busy time.
FOLD_RATIO = 0.15
FOLD_WIDTH = 0.055
MAX_FOLDED = 0.45
MIN_TICK_DISTANCE = 0.07


@dataclass(frozen=True)
class Segment:
    """A stretch of the axis: from one time to another, and from one fraction of the width to another."""

    start: int
    end: int
    left: float
    right: float
    is_folded: bool

    @property
    def width(self) -> float:
        """As a fraction of the whole width."""
        return self.right - self.left

    @property
    def label(self) -> str:
        """How long it is."""
        return format_duration(self.end - self.start)


@dataclass(frozen=True)
class Tick:
    """A labelled position on the axis, as a fraction of its width."""

    position: float
    label: str


@dataclass(frozen=True)
class Timeline:
    """Maps times to fractions of the width."""

    segments: tuple[Segment, ...]

    @classmethod
    def of(cls, intervals: Iterable[tuple[int, int]]) -> "Timeline":
        """An axis for these intervals, at least one."""
        busy = _merge(sorted(intervals))
        total = sum(end - start for start, end in busy) or 1
        return cls(tuple(_lay_out(_join(busy, min_gap=total * FOLD_RATIO))))

    def position(self, time: int) -> float:
        """Between 0 and 1."""
        for segment in self.segments:
            if time <= segment.end:
                share = (time - segment.start) / ((segment.end - segment.start) or 1)
                return segment.left + max(0.0, share) * segment.width
        return 1.0

    @property
    def folds(self) -> list[Segment]:
        """The folded gaps."""
        return [segment for segment in self.segments if segment.is_folded]

    @property
    def ticks(self) -> list[Tick]:
        """Where each busy stretch begins, as the time since the start; within wide ones as the time since there."""
        ticks: list[Tick] = []
        for segment in self.segments:
            if not segment.is_folded and (not ticks or segment.left - ticks[-1].position >= MIN_TICK_DISTANCE):
                ticks.append(Tick(segment.left, format_duration(segment.start - self.segments[0].start)))
                ticks.extend(_inner_ticks(segment))
        return ticks


def _inner_ticks(segment: Segment) -> Iterator[Tick]:
    parts = min(4, int(segment.width / (2 * MIN_TICK_DISTANCE)))
    for part in range(1, parts):
        offset = (segment.end - segment.start) * part / parts
        yield Tick(segment.left + segment.width * part / parts, f"+{format_duration(offset)}")


def _merge(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in intervals:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, max(start, end)))
    return merged


def _join(busy: list[tuple[int, int]], *, min_gap: float) -> list[tuple[int, int]]:
    """Join what is separated by short gaps only."""
    joined = [busy[0]]
    for start, end in busy[1:]:
        if start - joined[-1][1] > min_gap:
            joined.append((start, end))
        else:
            joined[-1] = (joined[-1][0], end)
    return joined


def _lay_out(busy: list[tuple[int, int]]) -> Iterator[Segment]:
    fold = min(FOLD_WIDTH, MAX_FOLDED / max(1, len(busy) - 1))
    for_busy = 1 - fold * (len(busy) - 1)
    weights = [math.sqrt(max(end - start, 1)) for start, end in busy]
    left = 0.0
    for index, (start, end) in enumerate(busy):
        if index:
            yield Segment(busy[index - 1][1], start, left, left + fold, is_folded=True)
            left += fold
        width = for_busy * weights[index] / sum(weights)
        yield Segment(start, end, left, left + width, is_folded=False)
        left += width
