"""All rows, each on the stack that it needs."""

from collections.abc import Callable, Iterator

from ticketing_bench import on_sale
from ticketing_bench.data import Data
from ticketing_bench.http import measure
from ticketing_bench.progress import timed
from ticketing_bench.results import Result
from ticketing_bench.routes import GROWN_ROUTES, ROUTES
from ticketing_bench.stack import Stack, temporary

ROUTE_NAMES = [row.name for row in (*ROUTES, *GROWN_ROUTES)]

Wanted = Callable[[str], bool]


def names() -> list[str]:
    """The names of all rows."""
    return [*ROUTE_NAMES, on_sale.NAME]


def run(wanted: Wanted) -> Iterator[Result]:
    """Measure the rows whose names are wanted."""
    if any(map(wanted, ROUTE_NAMES)):
        with temporary() as stack:
            yield from _routes(stack, wanted)
    if wanted(on_sale.NAME):
        with temporary() as stack:
            yield on_sale.run_on_sale(stack)


def _routes(stack: Stack, wanted: Wanted) -> Iterator[Result]:
    data = Data(stack)
    for row in ROUTES:
        if wanted(row.name):
            with timed(row.name):
                result = measure(stack, data, row)
            yield result
    grown = [row for row in GROWN_ROUTES if wanted(row.name)]
    if grown:
        data.grow()
    for row in grown:
        with timed(row.name):
            result = measure(stack, data, row)
        yield result
