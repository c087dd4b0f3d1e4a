"""Quantities as people read them."""

from datetime import datetime

_TIMES = ((172_800, 86_400, "d"), (7_200, 3_600, "h"), (120, 60, "min"))
_SIZES = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def duration(seconds: float) -> str:
    """Rounded down: `95 s`, `12 min`, `26 h`, `3 d`."""
    seconds = max(0.0, seconds)
    for least, length, unit in _TIMES:
        if seconds >= least:
            return f"{int(seconds // length)} {unit}"
    return f"{seconds:.0f} s"


def since(moment: datetime | None, now: datetime) -> str:
    """How long ago; `-` if that is not known."""
    return duration((now - moment).total_seconds()) if moment is not None else "-"


def size(count: float) -> str:
    """`4.3 GB`."""
    return next((f"{count / unit:.1f} {name}" for unit, name in _SIZES if count >= unit), f"{count:.0f} B")


def counted(count: int, noun: str) -> str:
    """`1 event`, `1,200 events`, `no events`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}" if count else f"no {noun}s"
