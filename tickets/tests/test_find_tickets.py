"""Searches among many tickets, in an index in memory: what they find, and how much they read for it."""

import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle

import pytest

from ticketing_common.errors import InvalidRequest
from ticketing_tickets.domain import Ticket
from ticketing_tickets.find_tickets import PARTS, Found, Part, find_tickets
from ticketing_tickets.search import Key, KeyRange, Search, Sort
from ticketing_tickets.terms import query_terms, title_terms

NOW = datetime(2026, 11, 26, tzinfo=UTC)
WORDS = [*["common"] * 60, *["often"] * 25, *["other"] * 14, "rare"]


class InMemoryIndex:
    """A TicketIndex that counts the keys that are read."""

    def __init__(self, tickets: Sequence[Ticket]) -> None:
        self.tickets = {ticket.id: ticket for ticket in tickets}
        self.read = 0
        self._keys = defaultdict[tuple[str, bool], list[Key]](list)
        for ticket in tickets:
            for term in title_terms(ticket.title):
                self._keys[term, False].append((0, ticket.id))
                self._keys[term, True].append((ticket.price, ticket.id))
        for keys in self._keys.values():
            keys.sort()

    async def key_at(self, keys: KeyRange, place: int, *, ascending: bool) -> Key | None:
        found = self._between(keys)
        self.read += min(place, len(found))
        if place > len(found):
            return None
        return found[place - 1 if ascending else -place]

    async def find_matches(self, part: Part, limit: int) -> list[Ticket]:
        search, keys = part.search, self._between(part.keys)
        found = []
        for _, ticket_id in keys if search.ascending else reversed(keys):
            self.read += 1
            ticket = self.tickets[ticket_id]
            if matches(search, ticket) and (part.keys.by_price is search.by_price or is_older(ticket, part.after)):
                found.append(ticket)
            if len(found) == limit and part.keys.by_price is search.by_price:
                break
        return sorted(found, key=search.key, reverse=not search.ascending)[:limit]

    def _between(self, keys: KeyRange) -> list[Key]:
        found = self._keys[keys.term, keys.by_price]
        return found[bisect_left(found, keys.low) : bisect_left(found, keys.high)]


def is_older(ticket: Ticket, key: Key | None) -> bool:
    return key is None or ticket.id < key[1]


def matches(search: Search, ticket: Ticket) -> bool:
    in_range = search.min_price <= ticket.price <= search.max_price
    return in_range and set(search.terms) <= set(title_terms(ticket.title))


def tickets(count: int) -> list[Ticket]:
    """Two words each, of which one in fifty is rare; many prices are equal."""
    source = random.Random(17)
    return [
        Ticket(
            id=f"{number:024x}",
            title=" ".join(source.choices(WORDS, k=2)),
            price=source.randrange(50, 5_000) // 10 * 10,
            user_id="",
            created_at=NOW,
        )
        for number in range(count)
    ]


INDEX = InMemoryIndex(tickets(4_000))


async def pages(search: Search, limit: int, index: InMemoryIndex = INDEX) -> list[Found]:
    found = [await find_tickets(index, search, after=None, limit=limit)]
    while cursor := found[-1].next:
        found.append(await find_tickets(index, search, after=cursor, limit=limit))
    return found


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("prices", [(0, 99_999_999), (1_000, 4_000), (2_000, 2_100), (2_001, 2_004), (3_000, 10)])
@pytest.mark.parametrize("text", ["", "common", "often common", "rare common", "rare often", "rare r", "nothing"])
async def test_pages_have_each_match_once_in_order(text: str, prices: tuple[int, int], sort: Sort) -> None:
    search = Search(query_terms(text), sort, *prices)
    found = [ticket.id for page in await pages(search, 100) for ticket in page.tickets]
    expected = sorted(INDEX.tickets.values(), key=search.key, reverse=sort is not Sort.CHEAPEST)
    assert found == [ticket.id for ticket in expected if matches(search, ticket)]


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize(
    ("text", "prices"),
    [
        *(("c", (50, 99)), ("", (2_001, 2_004)), ("rare often", (0, 99_999_999)), ("common ofte", (50, 60))),
        *((" ".join(["often", "common", *"abcdefghijklmnopqrstuvwxyz" * 2]), (0, 5_000)), ("rare nothing", (0, 9))),
    ],
)
async def test_work_is_bounded(text: str, prices: tuple[int, int], sort: Sort) -> None:
    INDEX.read = 0
    await find_tickets(INDEX, Search(query_terms(text), sort, *prices), after=None, limit=50)
    assert INDEX.read <= 7 * sum(PARTS)  # in each part up to six ranges are looked at, and one is read


async def test_search_that_stops_early_leads_on() -> None:
    """Two words that are common, but not in the same titles."""
    last, *others = tickets(10_000)
    titles = cycle(["common seat", "often seat"])
    index = InMemoryIndex(
        [replace(last, title="common often"), *(replace(ticket, title=next(titles)) for ticket in others)]
    )
    search = Search(query_terms("common often"))
    first = await find_tickets(index, search, after=None, limit=50)
    assert (first.tickets, first.total) == ([], None)
    assert first.next
    followed = await pages(search, 50, index)
    assert [ticket.id for page in followed for ticket in page.tickets] == [last.id]


async def test_total_is_told_up_to_a_hundred() -> None:
    totals = {}
    for text in ("", "common", "rare", "rare rare", "nothing"):
        first, *later = await pages(Search(query_terms(text)), 10)
        totals[text] = first.total
        assert {page.total for page in later} <= {None}
    matching = sum("rare" in ticket.title for ticket in INDEX.tickets.values())
    assert totals == {"": None, "common": None, "rare": matching, "rare rare": matching, "nothing": 0}


@pytest.mark.parametrize(
    ("sort", "cursor"),
    [(Sort.NEWEST, f"5_{1:024x}"), (Sort.CHEAPEST, f"{1:024x}"), (Sort.DEAREST, "_"), (Sort.NEWEST, "")],
)
async def test_cursor_of_another_order_is_invalid(sort: Sort, cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        await find_tickets(INDEX, Search(sort=sort), after=cursor, limit=10)
