"""All rows, in the order of the report, each on the stack that it needs."""

import time
from collections.abc import Callable, Iterator, Sequence

import httpx

from ticketing_bench import drain, due, latency, memory, on_sale, rush, search, streams
from ticketing_bench.data import Data
from ticketing_bench.http import HttpRow, bare_cpu, measure
from ticketing_bench.progress import timed
from ticketing_bench.results import Result
from ticketing_bench.routes import GROWN_ROUTES, ROUTES
from ticketing_bench.stack import Stack, temporary

START = "start, until the landing page is served"
JOURNEYS = (on_sale.NAME, on_sale.API_NAME, due.NAME)
OWN_STACKS = (*JOURNEYS, *search.NAMES)

Wanted = Callable[[str], bool]


def names() -> list[str]:
    """The names of all rows."""
    routes, grown = ([row.name for row in rows] for rows in (ROUTES, GROWN_ROUTES))
    events = [*map(latency.name, latency.RATES), memory.AFTER, streams.NAME, drain.NAME]
    return [START, memory.IDLE, *routes, rush.NAME, *events, *grown, *search.NAMES, *JOURNEYS]


def run(wanted: Wanted) -> Iterator[Result]:
    """Measure the rows whose names are wanted. The journeys have a stack of their own, which is audited."""
    if any(wanted(name) for name in names() if name not in OWN_STACKS):
        started_at = time.monotonic()
        with temporary() as stack:
            yield from _first_answer(stack, started_at, wanted)
            yield from _rows(stack, wanted)
    if any(map(wanted, search.NAMES)):
        with temporary() as stack:
            yield from search.run_search(stack, wanted)
    if any(map(wanted, JOURNEYS)):
        with temporary() as stack:
            yield from _journeys(stack, wanted)


def _first_answer(stack: Stack, started_at: float, wanted: Wanted) -> Iterator[Result]:
    httpx.get(stack.urls["gateway"], trust_env=False).raise_for_status()
    if wanted(START):
        yield Result(START, figures={"seconds": time.monotonic() - started_at})
    if wanted(memory.IDLE):
        yield memory.measure_memory(stack, memory.IDLE)


def _rows(stack: Stack, wanted: Wanted) -> Iterator[Result]:
    data, bare = Data(stack), bare_cpu(stack)
    yield from _routes(stack, data, ROUTES, wanted)
    if wanted(rush.NAME):
        yield rush.run_rush(stack, data, bare)
    for rate in latency.RATES:
        if wanted(latency.name(rate)):
            with timed(latency.name(rate)):
                result = latency.run_latency(stack, data, bare, rate)
            yield result
    if wanted(memory.AFTER):
        yield memory.measure_memory(stack, memory.AFTER)
    if wanted(streams.NAME):
        with timed(streams.NAME):
            result = streams.run_streams(stack, data, bare)
        yield result
    yield from _large_rows(stack, data, bare, wanted)


def _large_rows(stack: Stack, data: Data, bare: float, wanted: Wanted) -> Iterator[Result]:
    """With many documents; the drain comes last because it restarts orders."""
    if any(wanted(row.name) for row in GROWN_ROUTES):
        data.grow()
        yield from _routes(stack, data, GROWN_ROUTES, wanted)
    if wanted(drain.NAME):
        yield drain.run_drain(stack, bare)


def _routes(stack: Stack, data: Data, rows: Sequence[HttpRow], wanted: Wanted) -> Iterator[Result]:
    for row in rows:
        if wanted(row.name):
            with timed(row.name):
                result = measure(stack, data, row)
            yield result


def _journeys(stack: Stack, wanted: Wanted) -> Iterator[Result]:
    bare = bare_cpu(stack)
    if wanted(on_sale.NAME):
        yield on_sale.run_on_sale(stack, bare, pages=True)
    if wanted(on_sale.API_NAME):
        yield on_sale.run_on_sale(stack, bare, pages=False)
    if wanted(due.NAME):
        yield due.run_due(stack, bare)
