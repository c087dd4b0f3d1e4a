"""`ticketing dead`: the messages that no listener could handle, for a person to look at, replay or drop."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import DeadLetter, DeadLetters, NotReplayable, connect_readonly
from ticketing_ops.errors import OperationError

T = TypeVar("T")

NOTHING = "No message is parked."
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def list_dead(urls: Mapping[str, str], *, as_json: bool) -> int:
    """What is parked, oldest first."""
    letters = _wanted(urls, None)
    if as_json:
        print(json.dumps([_facts(letter) for letter in letters], indent=2))
    else:
        print("\n".join(map(_line, letters)) or NOTHING)
    return 0


def show_dead(urls: Mapping[str, str], sequence: int) -> int:
    """All that is known of one message, and the event itself."""
    (letter,) = _wanted(urls, sequence)
    for name, fact in {**_facts(letter), "headers": dict(letter.headers)}.items():
        print(f"{name:<12}{fact}")
    print(f"payload\n{_payload(letter)}")
    return 0


def replay_dead(urls: Mapping[str, str], sequence: int | None) -> int:
    """Say them again to their listeners, and take each out of DEAD once it is stored; all without a `sequence`."""
    letters = _wanted(urls, sequence)
    if not letters:
        print(f"{NOTHING} There is nothing to replay.")
        return 0
    _do(urls, lambda dead: _replay(dead, letters))
    print("What cannot be handled again is parked again: `ticketing dead list`")
    return 0


def drop_dead(urls: Mapping[str, str], sequence: int | None, *, is_agreed: bool) -> int:
    """Delete them for good, once agreed to, after naming what is lost; all without a `sequence`."""
    letters = _wanted(urls, sequence)
    if not letters:
        print(f"{NOTHING} There is nothing to drop.")
        return 0
    print(
        "\n".join(["These are lost for good, and what they tell never reaches their listeners:", *map(_line, letters)])
    )
    if not (is_agreed or _agrees(len(letters))):
        print("Nothing was dropped.")
        return 1
    _do(urls, lambda dead: _drop(dead, letters))
    print(f"Dropped {len(letters)}.")
    return 0


async def _replay(dead: DeadLetters, letters: Sequence[DeadLetter]) -> None:
    for letter in letters:
        try:
            await dead.replay(letter)
        except NotReplayable as error:
            raise OperationError(f"{error} Look at it (`ticketing dead show {letter.sequence}`) and drop it.") from None
        print(f"Replayed {letter.sequence}: {letter.event_id or letter.subject}", flush=True)


async def _drop(dead: DeadLetters, letters: Sequence[DeadLetter]) -> None:
    for letter in letters:
        await dead.drop(letter)


def _wanted(urls: Mapping[str, str], sequence: int | None) -> list[DeadLetter]:
    """One, or all without a `sequence`. Raises OperationError when there is no such message."""

    async def read(dead: DeadLetters) -> list[DeadLetter]:
        if sequence is None:
            return [letter async for letter in dead.all()]
        letter = await dead.find(sequence)
        if letter is None:
            raise OperationError(f"There is no dead letter {sequence}: `ticketing dead list` shows them all")
        return [letter]

    return _do(urls, read)


def _do(urls: Mapping[str, str], work: Callable[[DeadLetters], Coroutine[Any, Any, T]]) -> T:
    """Do it on the running stack. Raises OperationError when NATS is away."""
    url = urls["nats"]

    async def connected() -> T:
        async with connect_readonly(url) as jetstream:
            return await work(DeadLetters(jetstream))

    try:
        return asyncio.run(connected())
    except Unavailable as error:
        raise OperationError(f"{error.message}: see `ticketing ps` for what runs, then try again") from None


def _facts(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.sequence,
        "reason": letter.reason,
        "parkedAt": letter.dead_lettered_at.isoformat(timespec="seconds"),
        "ageSeconds": int((datetime.now(UTC) - letter.dead_lettered_at).total_seconds()),
        "subject": letter.subject,
        "durable": letter.durable,
        "deliveries": letter.deliveries,
        "eventId": letter.event_id,
    }


def _line(letter: DeadLetter) -> str:
    origin = f"{letter.event_id or letter.subject or 'unknown origin'} → {letter.durable}"
    tries = f"{letter.deliveries} deliveries" if letter.deliveries != 1 else "1 delivery"
    return f"{letter.sequence:>4}  {_age(letter):>6}  {origin}  ({tries})\n{'':14}{letter.reason}"


def _age(letter: DeadLetter) -> str:
    seconds = int((datetime.now(UTC) - letter.dead_lettered_at).total_seconds())
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"


def _payload(letter: DeadLetter) -> str:
    try:
        return json.dumps(json.loads(letter.payload), indent=2, ensure_ascii=False)
    except ValueError:
        return letter.payload.decode(errors="backslashreplace")


def _agrees(count: int) -> bool:
    if not sys.stdin.isatty():
        raise OperationError("Nothing was dropped: say that you mean it with --yes")
    return input(f"Drop {count} for good? [y/N] ").lower() in ("y", "yes")
