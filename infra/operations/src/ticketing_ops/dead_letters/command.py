"""The four actions. Each works on one dead letter after another: thousands need no memory."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import DeadLetter, DeadLetters, NotReplayable, connect_readonly
from ticketing_ops.dead_letters.selection import Selection, select
from ticketing_ops.dead_letters.text import facts, line, payload
from ticketing_ops.errors import OperationError
from ticketing_ops.texts import counted

T = TypeVar("T")

EMPTY = "There are no dead letters."
NONE_MATCH = "No dead letter matches."
PAGE = 100
PREVIEW = 20
PROGRESS_EVERY = 100


def list_dead(urls: Mapping[str, str], selection: Selection, *, as_json: bool) -> int:
    """One line for each dead letter, oldest first, and how to see more; or all facts as JSON."""
    _run(urls, lambda dead: _print_json(dead, selection) if as_json else _print_lines(dead, selection))
    return 0


def show_dead(urls: Mapping[str, str], sequence: int) -> int:
    """All that is known of one dead letter, the event included."""

    async def show(dead: DeadLetters) -> None:
        async for letter in select(dead, Selection(sequence=sequence)):
            for name, fact in {**facts(letter), "headers": dict(letter.headers)}.items():
                print(f"{name:<16}{fact}")
            print(f"payload\n{payload(letter)}")

    _run(urls, show)
    return 0


def replay_dead(urls: Mapping[str, str], selection: Selection, *, is_confirmed: bool) -> int:
    """Publish them again, and remove each from DEAD once the stream has stored it; more than one after asking."""
    chosen, count = _choose(urls, selection)
    if not count:
        return 0
    if selection.sequence is None and not (is_confirmed or _confirm("replay", count)):
        print("Nothing was replayed.")
        return 1
    _run(urls, lambda dead: _each(dead, chosen, count, "Replayed", _replay_with(dead)))
    print("Messages that fail again come back: `ticketing dead list`")
    return 0


def drop_dead(urls: Mapping[str, str], selection: Selection, *, is_confirmed: bool) -> int:
    """Name what is lost, ask, and delete it."""
    chosen, count = _choose(urls, selection)
    if not count:
        return 0
    print("These messages will be lost; their consumers never handle them:")
    _run(urls, lambda dead: _preview(dead, chosen, count))
    if not (is_confirmed or _confirm("drop", count)):
        print("Nothing was dropped.")
        return 1
    _run(urls, lambda dead: _each(dead, chosen, count, "Dropped", dead.drop))
    print(f"Dropped {count:,}.")
    return 0


async def _print_lines(dead: DeadLetters, selection: Selection) -> None:
    limit, last, shown = selection.limit or PAGE, None, 0
    async for letter in select(dead, replace(selection, limit=limit + 1)):
        if shown == limit:
            print(f"There are more: continue with --after {last}")
            return
        print(line(letter))
        last, shown = letter.sequence, shown + 1
    if not shown:
        print(EMPTY if replace(selection, limit=None) == Selection() else NONE_MATCH)


async def _print_json(dead: DeadLetters, selection: Selection) -> None:
    separator = "[\n"
    async for letter in select(dead, selection):
        print(separator + json.dumps(facts(letter), indent=2), end="")
        separator = ",\n"
    print("[]" if separator == "[\n" else "\n]")


def _choose(urls: Mapping[str, str], selection: Selection) -> tuple[Selection, int]:
    """The selection limited to what is there now, and how many that are; says so if there are none."""

    async def count(dead: DeadLetters) -> int:
        return sum([1 async for _ in select(dead, selection)])

    found = _run(urls, count)
    if not found:
        print(EMPTY if selection == Selection() else NONE_MATCH)
    return (selection if selection.sequence is not None else replace(selection, limit=found)), found


async def _preview(dead: DeadLetters, selection: Selection, count: int) -> None:
    first = selection if selection.sequence is not None else replace(selection, limit=min(count, PREVIEW))
    async for letter in select(dead, first):
        print(line(letter))
    if count > PREVIEW:
        print(f"      … and {count - PREVIEW:,} more")


async def _each(
    dead: DeadLetters, selection: Selection, count: int, done: str, work: Callable[[DeadLetter], Awaitable[None]]
) -> None:
    """Do it to one after another, and say how far it is."""
    finished = 0
    async for letter in select(dead, selection):
        await work(letter)
        finished += 1
        if finished % PROGRESS_EVERY == 0:
            print(f"{done} {finished:,} of {count:,}", file=sys.stderr, flush=True)


def _replay_with(dead: DeadLetters) -> Callable[[DeadLetter], Awaitable[None]]:
    async def replay(letter: DeadLetter) -> None:
        try:
            await dead.replay(letter)
        except NotReplayable as error:
            raise OperationError(f"{error} See `ticketing dead show {letter.sequence}`, then drop it.") from None
        print(f"Replayed {letter.sequence}: {letter.event_id or letter.subject}", flush=True)

    return replay


def _confirm(action: str, count: int) -> bool:
    what = counted(count, "dead letter")
    if not sys.stdin.isatty():
        raise OperationError(f"Nothing was done: confirm with --yes to {action} {what}")
    permanently = " permanently" if action == "drop" else ""
    return input(f"{action.capitalize()} {what}{permanently}? [y/N] ").lower() in ("y", "yes")


def _run(urls: Mapping[str, str], work: Callable[[DeadLetters], Awaitable[T]]) -> T:
    """Raises OperationError when NATS is not available."""

    async def connected() -> T:
        async with connect_readonly(urls["nats"]) as jetstream:
            return await work(DeadLetters(jetstream))

    try:
        return asyncio.run(connected())
    except Unavailable as error:
        raise OperationError(f"{error.message}: check `ticketing ps`, then try again") from None
