"""All rows, each on the stack that it needs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ticketing_bench.data import Data
from ticketing_bench.http import measure
from ticketing_bench.load import LoadGenerator
from ticketing_bench.progress import say, timed
from ticketing_bench.results import Result
from ticketing_bench.routes import GROWN_ROUTES, ROUTES
from ticketing_bench.stack import Stack, floor_server
from ticketing_local.temporary_stack import temporary_stack

WINDOW_SECONDS = 900

Wanted = Callable[[str], bool]


def names() -> list[str]:
    """The names of all rows."""
    return [row.name for row in (*ROUTES, *GROWN_ROUTES)]


def run(wanted: Wanted) -> Iterator[Result]:
    """Measure the rows whose names are wanted."""
    if any(map(wanted, names())):
        with _stack() as stack:
            yield from _routes(stack, wanted)


@contextmanager
def _stack() -> Iterator[Stack]:
    say("Starting a temporary stack:")
    with (
        temporary_stack(window_seconds=WINDOW_SECONDS) as temporary,
        LoadGenerator() as load,
        floor_server(Stack.running(temporary.state_dir, load)) as stack,
    ):
        yield stack


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
