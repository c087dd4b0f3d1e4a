"""Searches among 1,000 and among 1,000,000 tickets in one run: the CPU time of tickets and of MongoDB together.

Titles have the same shares of the same words in both, and a rare word has 60 tickets in both, so that a search finds as
many; prices are spread over the same range. No two requests at a time are equal, because those share one read.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any

from pymongo import WriteConcern

from ticketing_bench.http import bare_cpu, percentile
from ticketing_bench.load import Request
from ticketing_bench.processes import wait_until_quiet
from ticketing_bench.progress import show_progress, timed
from ticketing_bench.results import Result
from ticketing_bench.seed import BATCH, TICKET, new_ids
from ticketing_bench.stack import Stack, driver
from ticketing_tickets.store import INDEXES, TERM_INDEXES
from ticketing_tickets.terms import title_terms

FEW, MANY = 1_000, 1_000_000
ROUNDS, REQUESTS = 5, 200
PROCESSES = ("tickets", "mongo")
# The indexes of a million tickets fit into it; of the local stack's 256 MB, pages are read from files all the time.
CACHE = "4G"
KINDS = ("opera", "concert", "theatre", "festival")
COLOURS = ("crimson", "emerald", "sapphire")
OF_EACH_RARE_WORD = 60
LOWEST, PRICES = 1_000, 99_000

Query = Callable[["Shop", random.Random], str]


class Shop:
    """So many tickets, and the requests for them."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = ids

    def rare_word(self, source: random.Random) -> str:
        """Of 60 titles."""
        return f"r{source.randrange(len(self.ids) // OF_EACH_RARE_WORD)}x"

    def deep_id(self, source: random.Random) -> str:
        """After which two thirds of the tickets follow, newest first."""
        tenth = len(self.ids) // 10
        return self.ids[6 * tenth + source.randrange(tenth)]


def title(number: int) -> str:
    """A third of the tickets has each colour, a quarter each kind, independently of each other."""
    kind, colour = KINDS[number % len(KINDS)], COLOURS[number // len(KINDS) % len(COLOURS)]
    return f"{colour} {kind}, r{number // OF_EACH_RARE_WORD}x"


def price(number: int) -> int:
    """In cents."""
    return LOWEST + number * 7919 % PRICES


def _begin(word: str, source: random.Random) -> str:
    """The word, or a prefix that no other word has."""
    return word[: source.randrange(3, len(word) + 1)]


def _one(_: Shop, source: random.Random) -> str:
    return f"q={_begin(source.choice(KINDS), source)}"


def _two(_: Shop, source: random.Random) -> str:
    return f"q={source.choice(COLOURS)}+{_begin(source.choice(KINDS), source)}"


def _rare_and_common(shop: Shop, source: random.Random) -> str:
    return f"q={shop.rare_word(source)}+{_begin(source.choice(KINDS), source)}"


def _by_price(order: str) -> Query:
    return lambda shop, source: f"sort={order}&{_one(shop, source)}"


def _all_by_price(_: Shop, source: random.Random) -> str:
    return f"sort={source.choice(('price', '-price'))}"


def _in_range(shop: Shop, source: random.Random) -> str:
    lowest = source.randrange(10, 500)
    return f"{_one(shop, source)}&minPrice={lowest}&maxPrice={lowest + 400}"


def _deep(shop: Shop, source: random.Random) -> str:
    return f"{_one(shop, source)}&after={shop.deep_id(source)}"


def _deep_two(shop: Shop, source: random.Random) -> str:
    return f"{_two(shop, source)}&after={shop.deep_id(source)}"


def _deep_by_price(shop: Shop, source: random.Random) -> str:
    return f"sort=price&{_one(shop, source)}&after={source.randrange(PRICES // 3, PRICES // 2)}_{shop.ids[0]}"


QUERIES: dict[str, Query] = {
    "one word": _one,
    "two words": _two,
    "a rare and a common word": _rare_and_common,
    "one word, lowest price first": _by_price("price"),
    "one word, highest price first": _by_price("-price"),
    "all, by price": _all_by_price,
    "one word and a range of prices": _in_range,
    "one word, deep page": _deep,
    "two words, deep page": _deep_two,
    "one word by price, deep page": _deep_by_price,
}
# What finds nothing, or hardly anything, and reads as much as it may.
WORST: dict[str, Query] = {
    "two common words of no title": lambda _, source: f"q={'+'.join(source.sample(KINDS, 2))}",
    "50 words": lambda shop, source: (
        f"{_two(shop, source)}+{'+'.join(source.sample('abcdefghijklmnopqrstuvwxyz', 25) * 2)}"
    ),
    "a word and a range of prices without any": lambda shop, source: f"{_one(shop, source)}&minPrice=2000",
}


def name(query: str) -> str:
    """The row's name."""
    return f"search: {query}"


NAMES = [name(query) for query in (*QUERIES, *WORST)]


def run_search(stack: Stack, wanted: Callable[[str], bool]) -> Iterator[Result]:
    """One row each: the figure among 1,000,000 tickets, and how many times that among 1,000 it is."""
    bare = bare_cpu(stack)
    stack.mongo.admin.command("setParameter", 1, wiredTigerEngineRuntimeConfig=f"cache_size={CACHE}")
    queries = {query: make for query, make in (QUERIES | WORST).items() if wanted(name(query))}
    seed = _Seed(stack)
    few = {query: _measure(stack, Shop(seed.ids), query, make) for query, make in queries.items()}
    seed.grow()
    for query, make in queries.items():
        cpu, times, spent = _measure(stack, Shop(seed.ids), query, make)
        yield Result(
            name=name(query),
            cpu=cpu,
            bare=bare,
            figures={
                "times_that_of_1,000_tickets": cpu / few[query][0],
                "p50_ms": percentile(times, 50),
                "p99_ms": percentile(times, 99),
            },
            cpu_by_process=spent,
            driver=driver(),
        )


def _measure(stack: Stack, shop: Shop, query: str, make: Query) -> tuple[float, list[float], dict[str, float]]:
    """CPU seconds per 1000 requests, times in ms, and the CPU of each process."""
    source = random.Random(17)  # noqa: S311
    samples, best = [], list[float]()
    with timed(f"{name(query)}, of {len(shop.ids):,}"):
        for number in range(ROUNDS + 1):
            for process in PROCESSES:
                wait_until_quiet(stack.pids[process])
            before = stack.cpu()
            requests = [
                Request(f"/api/tickets?{make(shop, source)}&limit={source.randrange(41, 51)}") for _ in range(REQUESTS)
            ]
            responses = stack.load.send(stack.urls["tickets"], requests).require(200)
            for process in PROCESSES:
                wait_until_quiet(stack.pids[process])
            if number:  # the first one warms up
                now = stack.cpu()
                samples.append({process: 1000 * (now[process] - before[process]) / REQUESTS for process in PROCESSES})
                best = min(best or responses.times_ms, responses.times_ms, key=lambda times: percentile(times, 50))
    spent = {process: median(sample[process] for sample in samples) for process in PROCESSES}
    return sum(spent.values()), best, spent


class _Seed:
    """Copies of a ticket that the service wrote, with titles and prices of their own; orders does not know them."""

    def __init__(self, stack: Stack) -> None:
        (seller,) = stack.users(1)
        request = Request("/api/tickets", "POST", seller.session, TICKET)
        stack.load.send(stack.urls["tickets"], [request]).require(201)
        self._tickets = stack.mongo["tickets"]["tickets"]
        self._original = {**(self._tickets.find_one_and_delete({}) or {}), "outbox": []}
        self.ids: list[str] = []
        self._insert(FEW)

    def grow(self) -> None:
        """To a million; indexes are built faster than they are kept up to date."""
        for index in TERM_INDEXES:
            self._tickets.drop_index(index)
        self._insert(MANY - FEW)
        self._tickets.create_indexes(INDEXES["tickets"])
        self._tickets.database.client.admin.command("fsync")  # now, and not during the first row

    def _insert(self, count: int) -> None:
        target = self._tickets.with_options(write_concern=WriteConcern(w=1))
        starts = range(0, count, BATCH)
        for start in show_progress(f"seeding {count:,} tickets, batch", starts, len(starts)):
            first, ids = len(self.ids), new_ids(min(BATCH, count - start))
            target.insert_many([self._document(first + i, id_) for i, id_ in enumerate(ids)], ordered=False)
            self.ids += ids

    def _document(self, number: int, ticket_id: str) -> dict[str, Any]:
        text = title(number)
        search = {"title": text, "terms": title_terms(text)}
        return {**self._original, "_id": ticket_id, "title": text, "price": price(number), "search": search}
