"""Types of command-line arguments."""

import argparse
import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit


def seconds(text: str) -> float:
    """A finite number of seconds, 0 or more."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number, 0 or more, not '{text}'")
    return number


def positive(text: str) -> float:
    """A finite number above 0."""
    number = seconds(text)
    if not number:
        raise argparse.ArgumentTypeError("must be above 0")
    return number


def duration(highest: float) -> Callable[[str], float]:
    """A number of seconds above 0, up to `highest`."""

    def parse(text: str) -> float:
        number = positive(text)
        if number > highest:
            raise argparse.ArgumentTypeError(f"must be at most {highest:.0f}")
        return number

    return parse


def count(highest: int) -> Callable[[str], int]:
    """A whole number from 1 to `highest`."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {highest}, not '{text}'")
        return int(text)

    return parse


def base_url(text: str) -> str:
    """A URL with a host and without a path."""
    try:
        url = urlsplit(text)
    except ValueError:
        url = urlsplit("")
    if url.scheme not in ("http", "https") or not url.hostname or not re.fullmatch(r"[^/\s]+//[^/?#\s]+/?", text):
        raise argparse.ArgumentTypeError(f"must be a URL such as http://localhost:8080, not '{text}'")
    return text.rstrip("/")


def age(text: str) -> timedelta:
    """A number and a unit: `90s`, `10m`, `2h`, `3d`."""
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    if not text[:-1].isascii() or not text[:-1].isdigit() or text[-1] not in units:
        raise argparse.ArgumentTypeError(f"must be a number and a unit, such as 90s, 10m, 2h or 3d, not '{text}'")
    return timedelta(**{units[text[-1]]: int(text[:-1])})
