"""`make bench`: measure, print, compare with the last report, and write the new one."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

from ticketing_bench import scaling, suite
from ticketing_bench.load import LoadError
from ticketing_bench.progress import say
from ticketing_bench.report import show, write
from ticketing_bench.results import Report, Result, describe_machine
from ticketing_bench.routes import ROUTES
from ticketing_common.observability import configure
from ticketing_local.errors import StackError
from ticketing_local.settings import ROOT


def main() -> int:
    """Exit status 0 when all rows were measured, 1 when one failed, 2 when no row has this name."""
    arguments = _parse()
    wanted = _wanted(arguments.rows)
    if not any(map(wanted, suite.names())):
        print("No such row. The rows are:", *suite.names(), sep="\n  ", file=sys.stderr)
        return 2
    configure(service="bench", level="WARNING")
    machine = describe_machine(ROOT)
    try:
        report = Report(list(_measure(wanted, arguments.drivers.split())), machine)
    except (StackError, LoadError, TimeoutError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    show(report)
    if arguments.rows:
        say("\nNot all rows were measured, so docs/performance is left as it is.")
    else:
        write(report)
        scaling.main()
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rows", default="", help="parts of names, between semicolons (default: all rows)")
    parser.add_argument(
        "--drivers", default="motor pymongo", help="MongoDB drivers; routes only with all but the first"
    )
    return parser.parse_args()


def _measure(wanted: suite.Wanted, drivers: Sequence[str]) -> Iterator[Result]:
    routes = {row.name for row in ROUTES}
    for number, name in enumerate(drivers):
        os.environ["MONGO_DRIVER"] = name  # the stack's processes inherit it
        say(f"MongoDB driver: {name}")
        yield from suite.run(wanted if number == 0 else lambda row: row in routes and wanted(row))


def _wanted(rows: str) -> suite.Wanted:
    parts = [part.strip() for part in rows.split(";") if part.strip()]
    return lambda name: not parts or any(part.lower() in name.lower() for part in parts)


if __name__ == "__main__":
    sys.exit(main())
