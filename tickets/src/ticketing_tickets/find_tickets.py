"""Finds tickets on sale, with bounded work for every search, however many tickets there are.

An index is entered by one term, and what it holds is compared with the others. A search with a single condition finds
a ticket with each key that it reads. Any other might read many for nothing: it is taken in parts, each of a
number of keys, by the term that gets furthest with them: the rarest one there. After the last part the search stops,
with what it has found until then and a cursor to continue.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ticketing_tickets.domain import Ticket
from ticketing_tickets.search import Key, KeyRange, Search

# The keys of each part: most searches need the first one only, and none reads twice what it needs.
PARTS = (400, 800, 1_600)
# Matches are counted up to this number.
MAX_TOTAL = 100


@dataclass(frozen=True, slots=True)
class Part:
    """The tickets of a range of keys that match the search and come after `after`; `end` is its last key, if any."""

    search: Search
    keys: KeyRange
    after: Key | None = None
    end: Key | None = None


class TicketIndex(Protocol):
    """The indexes by term and age, and by term and price."""

    async def key_at(self, keys: KeyRange, place: int, *, ascending: bool) -> Key | None:
        """The key at this place, counted from 1; None if there are fewer."""

    async def find_matches(self, part: Part, limit: int) -> list[Ticket]:
        """Matches of the part, in the order of the search."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of tickets, the cursor of the next page, and how many match altogether, if that is known."""

    tickets: Sequence[Ticket]
    next: str | None
    total: int | None = None


async def find_tickets(index: TicketIndex, search: Search, *, after: str | None, limit: int) -> Found:
    """Up to `limit` tickets after the cursor. Fewer may be followed by more: then there is a next cursor."""
    start = search.parse_cursor(after)
    counts = start is None and search.is_filtered
    found, end = await _collect(index, search, start, max(limit, MAX_TOTAL if counts else 0) + 1)
    total = len(found) if counts and end is None and len(found) <= MAX_TOTAL else None
    if len(found) > limit:
        end = search.key(found[limit - 1])
    return Found(found[:limit], search.cursor(end) if end else None, total)


async def _collect(
    index: TicketIndex, search: Search, after: Key | None, limit: int
) -> tuple[list[Ticket], Key | None]:
    """Up to `limit` matches, and, if they are fewer, where to continue; None if there are no more."""
    found: list[Ticket] = []
    for size in PARTS:
        part = await _next_part(index, search, after, size)
        found += await index.find_matches(part, limit - len(found))
        after = part.end
        if after is None or len(found) == limit:
            break
    return found, after


async def _next_part(index: TicketIndex, search: Search, after: Key | None, size: int) -> Part:
    """What comes after the key: all of it, if one term has no more than `size` keys there."""
    ranges = [search.keys(term, after) for term in search.driving_terms]
    filters_price = search.limits_price and not search.by_price
    if len(search.terms) == 1 and not filters_price:
        return Part(search, ranges[0])
    prices = [search.keys_by_price(term) for term in search.driving_terms] if filters_price else []
    ends = await asyncio.gather(
        *(index.key_at(keys, size, ascending=search.ascending) for keys in (*ranges, *prices)),
    )
    for keys, end in zip((*ranges, *prices), ends, strict=True):
        if end is None:
            return Part(search, keys, after)
    reached = [end for end in ends[: len(ranges)] if end is not None]
    end = max(reached) if search.ascending else min(reached)
    return Part(search, search.until(ranges[reached.index(end)], end), after, end)
