"""Results as a table, for the terminal and for Markdown."""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import floor, log10

from ticketing_bench.reference import BEFORE, GOALS, ORIGINAL
from ticketing_bench.results import Result

HTTP_HEAD = (
    "route",
    "CPU s / 1000",
    "/ bare",
    "before",
    "/ operation",
    "/ original",
    "goal",
    "p50 ms",
    "p99 ms",
    "req/s",
)
OTHER_HEAD = ("row", "CPU s / 1000", "/ bare", "figures; times as p50/p95/p99 or p50/p99")
_PERCENTILE = re.compile(r"(?:(.+)_)?p\d+_ms")
_NONE = "-"


def http_cells(result: Result) -> tuple[str, ...]:
    """The cells of a route's row."""
    original, goal = ORIGINAL.get(result.name), GOALS.get(result.name)
    return (
        result.label,
        _number(result.cpu),
        _number(result.units),
        _number(BEFORE.get(result.name)),
        _number(result.cpu / result.operation if result.cpu and result.operation else None),
        _number(result.units / original if result.units and original else None),
        f"≤ {goal}" if goal else _NONE,
        *(_number(result.figures.get(name)) for name in ("p50_ms", "p99_ms", "per_second")),
    )


def other_cells(result: Result) -> tuple[str, ...]:
    """The cells of any other row."""
    return result.label, _number(result.cpu), _number(result.units), "; ".join(_figures(result.figures))


def _figures(figures: Mapping[str, float]) -> Iterator[str]:
    """Percentiles of one time are put together."""
    times: dict[str, list[str]] = {}
    for name, value in figures.items():
        match = _PERCENTILE.fullmatch(name)
        if match:
            times.setdefault(match[1] or "time", []).append(_number(value))
        else:
            yield f"{name.replace('_', ' ')} {_number(value)}"
    for name, values in times.items():
        yield f"{name.replace('_', ' ')} {'/'.join(values)} ms"


def is_http(result: Result) -> bool:
    """Whether it is a route's row."""
    return "per_second" in result.figures and "p50_ms" in result.figures and result.bare is not None


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Aligned columns, numbers to the right."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, *rows)
    )


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def _number(value: float | None) -> str:
    """About three significant digits, without exponents."""
    if value is None:
        return _NONE
    digits = max(0, 2 - floor(log10(max(abs(value), 0.1))))
    return f"{value:,.{digits}f}"
