"""A cursor names the same place in the ring of every process, or is refused."""

import pytest

from ticketing_common.feed import Entry, Message
from ticketing_common.feed.ring import Ring

SIZE = 4


def entry(source: int, sequence: int) -> Entry:
    return Entry(source, sequence, Message("subject", b""))


def ring_with(*entries: tuple[int, int]) -> Ring:
    ring = Ring(2, SIZE)
    ring.restart(7, [0, 0])
    for source, sequence in entries:
        ring.append(entry(source, sequence))
    return ring


def sequences(found: list[Entry] | None) -> list[int] | None:
    return None if found is None else [each.sequence for each in found]


def test_entries_after_a_cursor() -> None:
    ring = ring_with((0, 1), (0, 2))
    cursor = ring.cursor
    assert ring.after(cursor) == []
    ring.append(entry(1, 3))
    ring.append(entry(0, 4))
    assert sequences(ring.after(cursor)) == [3, 4]


def test_cursor_of_a_process_that_received_another_order() -> None:
    first, second = ring_with((0, 1), (1, 2)), ring_with((1, 2))
    cursor = second.cursor  # without the entry 1, which arrives later there
    assert sequences(first.after(cursor)) == [1]


def test_cursor_of_forgotten_entries_is_refused() -> None:
    ring = ring_with((0, 1))
    cursor = ring.cursor
    for sequence in range(2, SIZE + 2):
        ring.append(entry(0, sequence))
    assert sequences(ring.after(cursor)) == [2, 3, 4, 5]
    ring.append(entry(0, SIZE + 2))
    assert ring.after(cursor) is None


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "7", "7.1", "7.1.1.1", "7.9.0", "7.0.9", "8.1.0", "7.-1.0", "7.\u0661.0", "7..", "12"),
        f"7.{'9' * 5_000}.0",
    ],
    ids=lambda cursor: cursor[:8],
)
def test_unknown_cursor_is_refused(cursor: str) -> None:
    assert ring_with((0, 1), (1, 2)).after(cursor) is None


def test_restart_forgets_everything() -> None:
    ring = ring_with((0, 1), (1, 2))
    cursor = ring.cursor
    ring.restart(8, [0, 0])
    assert ring.after(cursor) is None
    assert ring.after(ring.cursor) == []
