"""JSON log lines as text, for people at a terminal."""

import json
from typing import Any

_COLOURS = {"debug": "2", "info": "32", "warning": "33", "error": "31", "critical": "1;31"}
_OWN_PLACE = ("timestamp", "level", "service", "event", "exception")


def as_text(line: str) -> str:
    """`10:00:00.123 info    request  method=GET status=200`; a line of another form is left as it is."""
    entry = _entry(line)
    if entry is None:
        return line
    level = str(entry.get("level", "info"))
    fields = " ".join(f"{key}={_value(value)}" for key, value in entry.items() if key not in _OWN_PLACE)
    coloured = f"\x1b[{_COLOURS.get(level, '0')}m{level:<8}\x1b[0m"
    text = f"{str(entry.get('timestamp'))[11:23]} {coloured} {entry['event']}  {fields}".rstrip()
    return "\n".join([text, *str(entry.get("exception", "")).splitlines()])


def _entry(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and "event" in entry else None


def _value(value: object) -> str:
    return value if isinstance(value, str) and value and " " not in value else json.dumps(value)
