"""A dead letter as text and as data."""

import json
import re
import textwrap
from datetime import UTC, datetime
from typing import Any

from ticketing_common.messaging import DeadLetter
from ticketing_ops.texts import duration

SUMMARY_CHARS = 100
SUMMARY_FIELDS = 6
# How pydantic prints a ValidationError, on one line.
VALIDATION = re.compile(r"(\d+) validation errors? for (\w+)")
INVALID_FIELD = re.compile(r"(?:validation errors? for \w+|https://\S+) (\S+) [^\[]*\[type=(\w+)")


def summarize(reason: str) -> str:
    """The reason in a few words: for an invalid message, the names of its invalid fields."""
    if (validation := VALIDATION.search(reason)) is None:
        return textwrap.shorten(reason, SUMMARY_CHARS, placeholder=" …")
    errors = INVALID_FIELD.findall(reason)
    fields = [field for field, error_type in errors if error_type != "json_invalid"]
    if not fields:
        return f"invalid {validation[2]}: not JSON" if errors else f"invalid {validation[2]}"
    more = ", …" if int(validation[1]) > SUMMARY_FIELDS else ""
    return f"invalid {validation[2]}: {', '.join(fields[:SUMMARY_FIELDS])}{more}"


def facts(letter: DeadLetter) -> dict[str, Any]:
    """All but headers and payload."""
    return {
        "id": letter.sequence,
        "reason": letter.reason,
        "deadLetteredAt": letter.dead_lettered_at.isoformat(timespec="seconds"),
        "ageSeconds": _age(letter),
        "subject": letter.subject,
        "durable": letter.durable,
        "deliveries": letter.deliveries,
        "eventId": letter.event_id,
    }


def line(letter: DeadLetter) -> str:
    """Id, age, event, consumer and reason."""
    origin = f"{letter.event_id or letter.subject or 'unknown'} → {letter.durable}"
    return f"{letter.sequence:>4}  {duration(_age(letter)):>6}  {origin}  {summarize(letter.reason)}"


def payload(letter: DeadLetter) -> str:
    """The event, indented if it is JSON."""
    try:
        return json.dumps(json.loads(letter.payload), indent=2, ensure_ascii=False)
    except ValueError:
        return letter.payload.decode(errors="backslashreplace")


def _age(letter: DeadLetter) -> int:
    return max(0, int((datetime.now(UTC) - letter.dead_lettered_at).total_seconds()))
