"""`make bench-guard`: fails when a route costs more CPU time than the committed report allows.

Costs are in bare responses of the same run, so no absolute time matters. The best of three runs counts.
"""

import sys
from collections.abc import Mapping, Sequence

from ticketing_bench.compare import regressions
from ticketing_bench.data import Data
from ticketing_bench.http import measure
from ticketing_bench.load import LoadError
from ticketing_bench.progress import say, timed
from ticketing_bench.report import BENCH_FILE
from ticketing_bench.results import Report, Result
from ticketing_bench.routes import ROUTES
from ticketing_bench.stack import Stack, temporary
from ticketing_local.errors import StackError

TOLERANCE = 0.25
RUNS = 3
ROUNDS = 3
# Not sign-in (all hash), payments (which wait for the emulator), nor pages (whose compiler takes time to warm up).
UNGUARDED = ("signin", "payments", "page", "GET / ", "gateway")
GUARDED = [row for row in ROUTES if not any(part in row.name for part in UNGUARDED)]


def main() -> int:
    """Exit status 1 when a row is too expensive, or could not be measured."""
    committed = Report.load(BENCH_FILE)
    try:
        with temporary() as stack:
            data = Data(stack)
            runs = [_run(stack, data, number) for number in range(1, RUNS + 1)]
    except (StackError, LoadError, TimeoutError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    failures = regressions(Report(best(runs), {}), committed, tolerance=TOLERANCE)
    for line in failures:
        print(f"FAIL  {line}", file=sys.stderr)
    say(
        f"{len(GUARDED) - len(failures)} of {len(GUARDED)} routes cost at most {1 + TOLERANCE:.0%} of docs/performance."
    )
    return 1 if failures else 0


def best(runs: Sequence[Mapping[str, Result]]) -> list[Result]:
    """Of each row the cheapest run, in bare responses."""
    return [min((run[name] for run in runs), key=lambda result: result.units or 0) for name in runs[0]]


def _run(stack: Stack, data: Data, number: int) -> dict[str, Result]:
    with timed(f"run {number} of {RUNS}"):
        results = [measure(stack, data, row, rounds=ROUNDS, operations=False) for row in GUARDED]
    say("    " + ", ".join(f"{result.name} {result.units:.1f}" for result in results))
    return {result.name: result for result in results}


if __name__ == "__main__":
    sys.exit(main())
