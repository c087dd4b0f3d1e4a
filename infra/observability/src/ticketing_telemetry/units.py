"""Durations and other quantities as people read them."""

import math

MICROSECOND = 1_000
MILLISECOND = 1_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
_NO_VALUE = "n/a"
_SUFFIXES = {"reqps": " req/s", "ops": "/s", "cps": "/s", "wps": "/s", "mps": " msg/s", "pps": "/s"}


def format_duration(nanoseconds: float) -> str:
    """With two or three digits: "850 µs", "12.4 ms", "1.25 s", "15 min 2 s"."""
    for unit, name, part, part_name in ((HOUR, "h", MINUTE, "min"), (MINUTE, "min", SECOND, "s")):
        if abs(nanoseconds) >= unit:
            whole, rest = divmod(round(nanoseconds / part), unit // part)
            return f"{whole} {name}" + (f" {rest} {part_name}" if rest else "")
    for unit, name in ((SECOND, "s"), (MILLISECOND, "ms"), (MICROSECOND, "µs")):
        if abs(nanoseconds) >= unit:
            return f"{_digits(nanoseconds / unit)} {name}"
    return "0" if nanoseconds == 0 else f"{nanoseconds:.0f} ns"


def format_value(value: float, unit: str = "short") -> str:
    """`unit` is one of Grafana's; an unknown one is not shown."""
    if not math.isfinite(value):
        return _NO_VALUE
    match unit:
        case "s" | "ms":
            return format_duration(value * (SECOND if unit == "s" else MILLISECOND)) if value else f"0 {unit}"
        case "percentunit" | "percent":
            return f"{_digits(value * 100 if unit == 'percentunit' else value)} %"
        case "bytes" | "decbytes":
            return _scaled(value, 1024 if unit == "bytes" else 1000, ("B", "KB", "MB", "GB", "TB"))
        case _:
            return _scaled(value, 1000, ("", "K", "M", "G")).rstrip() + _SUFFIXES.get(unit, "")


def _scaled(value: float, base: int, names: tuple[str, ...]) -> str:
    index = 0
    while abs(value) >= base and index < len(names) - 1:
        value /= base
        index += 1
    return f"{_digits(value)} {names[index]}"


def _digits(value: float) -> str:
    """Three significant digits; whole numbers without decimals."""
    if value == round(value) or abs(value) >= 100:  # noqa: PLR2004  three digits before the point
        return f"{value:.0f}"
    if abs(value) < 0.01:  # noqa: PLR2004  two decimals would be zeros
        return f"{value:.1g}"
    return f"{value:.3g}"
