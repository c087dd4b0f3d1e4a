"""`ticketing dead`: list, show, replay and drop the messages that no consumer could handle."""

import asyncio
import json
import re
import sys
import textwrap
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import DeadLetter, DeadLetters, NotReplayable, connect_readonly
from ticketing_ops.errors import OperationError

T = TypeVar("T")

EMPTY = "There are no dead letters."
SUMMARY_CHARS = 100
SUMMARY_FIELDS = 6
UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))
# How pydantic prints a ValidationError, on one line.
VALIDATION = re.compile(r"(\d+) validation errors? for (\w+)")
INVALID_FIELD = re.compile(r"(?:validation errors? for \w+|https://\S+) (\S+) [^\[]*\[type=(\w+)")


def list_dead(urls: Mapping[str, str], *, as_json: bool) -> int:
    """One line for each dead letter, oldest first; or all facts as JSON."""
    letters = _find(urls, None)
    print(json.dumps([_facts(letter) for letter in letters], indent=2) if as_json else _lines(letters) or EMPTY)
    return 0


def show_dead(urls: Mapping[str, str], sequence: int) -> int:
    """All that is known of one dead letter, the event included."""
    (letter,) = _find(urls, sequence)
    for name, fact in {**_facts(letter), "headers": dict(letter.headers)}.items():
        print(f"{name:<16}{fact}")
    print(f"payload\n{_payload(letter)}")
    return 0


def replay_dead(urls: Mapping[str, str], sequence: int | None) -> int:
    """Publish one again, or all, and remove each from DEAD once the stream has stored it."""
    letters = _find(urls, sequence)
    if not letters:
        print(EMPTY)
        return 0
    _run(urls, lambda dead: _replay(dead, letters))
    print("Messages that fail again come back: `ticketing dead list`")
    return 0


def drop_dead(urls: Mapping[str, str], sequence: int | None, *, is_confirmed: bool) -> int:
    """Name what is lost, ask, and delete one or all."""
    letters = _find(urls, sequence)
    if not letters:
        print(EMPTY)
        return 0
    print(f"These messages will be lost; their consumers never handle them:\n{_lines(letters)}")
    if not (is_confirmed or _confirm(len(letters))):
        print("Nothing was dropped.")
        return 1
    _run(urls, lambda dead: _drop(dead, letters))
    print(f"Dropped {len(letters)}.")
    return 0


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


async def _replay(dead: DeadLetters, letters: Sequence[DeadLetter]) -> None:
    for letter in letters:
        try:
            await dead.replay(letter)
        except NotReplayable as error:
            raise OperationError(f"{error} See `ticketing dead show {letter.sequence}`, then drop it.") from None
        print(f"Replayed {letter.sequence}: {letter.event_id or letter.subject}", flush=True)


async def _drop(dead: DeadLetters, letters: Sequence[DeadLetter]) -> None:
    for letter in letters:
        await dead.drop(letter)


def _find(urls: Mapping[str, str], sequence: int | None) -> list[DeadLetter]:
    """One, or all without a `sequence`. Raises OperationError when there is no such dead letter."""

    async def read(dead: DeadLetters) -> list[DeadLetter]:
        if sequence is None:
            return [letter async for letter in dead.all()]
        letter = await dead.find(sequence)
        if letter is None:
            raise OperationError(f"There is no dead letter {sequence}: `ticketing dead list` shows them all")
        return [letter]

    return _run(urls, read)


def _run(urls: Mapping[str, str], work: Callable[[DeadLetters], Coroutine[Any, Any, T]]) -> T:
    """Raises OperationError when NATS is not available."""

    async def connected() -> T:
        async with connect_readonly(urls["nats"]) as jetstream:
            return await work(DeadLetters(jetstream))

    try:
        return asyncio.run(connected())
    except Unavailable as error:
        raise OperationError(f"{error.message}: check `ticketing ps`, then try again") from None


def _facts(letter: DeadLetter) -> dict[str, Any]:
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


def _lines(letters: Sequence[DeadLetter]) -> str:
    return "\n".join(map(_line, letters))


def _line(letter: DeadLetter) -> str:
    seconds = _age(letter)
    age = next((f"{seconds // size} {unit}" for size, unit in UNITS if seconds >= size), f"{seconds} s")
    origin = f"{letter.event_id or letter.subject or 'unknown'} → {letter.durable}"
    return f"{letter.sequence:>4}  {age:>6}  {origin}  {summarize(letter.reason)}"


def _age(letter: DeadLetter) -> int:
    return max(0, int((datetime.now(UTC) - letter.dead_lettered_at).total_seconds()))


def _payload(letter: DeadLetter) -> str:
    try:
        return json.dumps(json.loads(letter.payload), indent=2, ensure_ascii=False)
    except ValueError:
        return letter.payload.decode(errors="backslashreplace")


def _confirm(count: int) -> bool:
    if not sys.stdin.isatty():
        raise OperationError("Nothing was dropped: confirm with --yes")
    return input(f"Drop {count} permanently? [y/N] ").lower() in ("y", "yes")
