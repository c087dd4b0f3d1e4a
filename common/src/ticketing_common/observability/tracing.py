"""The W3C trace context: log lines and events carry the trace of the request that caused them."""

import re
from contextvars import ContextVar
from random import getrandbits
from typing import TypeGuard

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_SAMPLED = frozenset("13579bdf")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def begin(parent: str | None = None) -> str:
    """Start a span under `parent`, a `traceparent` header; a new trace if it is missing or invalid."""
    traceparent = child_of(parent)
    _current.set(traceparent)
    return traceparent


def child_of(parent: str | None) -> str:
    """The `traceparent` of a new span, as `begin` starts it, without making it the current one."""
    if is_valid(parent):
        return f"{parent[:36]}{getrandbits(64):016x}{parent[52:]}"
    return f"00-{getrandbits(128):032x}-{getrandbits(64):016x}-01"


def current() -> str:
    """The current `traceparent`; starts a trace if there is none."""
    return _current.get() or begin()


def found() -> str | None:
    """The current `traceparent`, or None."""
    return _current.get()


def use(traceparent: str | None) -> None:
    """Make it the current one."""
    _current.set(traceparent)


def trace_id() -> str | None:
    """The current trace's 32 hex digits, or None."""
    traceparent = _current.get()
    return traceparent[3:35] if traceparent else None


def is_valid(traceparent: str | None) -> TypeGuard[str]:
    """Whether it has the form of the header, of version 00."""
    return traceparent is not None and _TRACEPARENT.fullmatch(traceparent) is not None


def is_sampled(traceparent: str) -> bool:
    """Whether whoever wrote this valid `traceparent` recorded its span."""
    return traceparent[-1] in _SAMPLED


def same_trace(one: str, other: str) -> bool:
    """Whether these valid `traceparent`s are of one trace."""
    return one[3:35] == other[3:35]
