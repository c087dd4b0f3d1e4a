"""`ticketing bench`: what a request costs, measured on a stack of its own."""

import asyncio

from ticketing_local.measuring import HEAD, figures
from ticketing_local.own_stack import own_stack
from ticketing_local.ps import rows
from ticketing_local.state import StateDir

WINDOW_SECONDS = 900


def bench() -> int:
    """Print a table, a line a route. CPU is what to compare: on a shared machine wall time tells of the neighbours."""
    print("Starting a stack to measure:", flush=True)
    with own_stack(window_seconds=WINDOW_SECONDS) as stack:
        print(f"\n{HEAD}", flush=True)
        for figure in asyncio.run(figures(rows(StateDir(stack.state_dir)))):
            print(figure, flush=True)
    return 0
