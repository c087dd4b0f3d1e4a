"""`make bench`: measure, print, compare with the last report, and write the new one."""

import argparse
import sys
from collections.abc import Sequence

from ticketing_bench import suite
from ticketing_bench.chart import chart
from ticketing_bench.compare import regressions
from ticketing_bench.load import LoadError
from ticketing_bench.progress import say
from ticketing_bench.results import Report, describe_machine
from ticketing_bench.table import HTTP_HEAD, OTHER_HEAD, http_cells, is_http, markdown_table, other_cells, text_table
from ticketing_local.errors import StackError
from ticketing_local.settings import ROOT

FOLDER = ROOT / "docs" / "performance"
BEGIN, END = "<!-- begin: written by make bench -->", "<!-- end -->"


def main() -> int:
    """Exit status 0 when all rows were measured, 1 when one failed, 2 when no row has this name."""
    arguments = _parse()
    wanted = _wanted(arguments.rows)
    if not any(map(wanted, suite.names())):
        print("No such row. The rows are:", *suite.names(), sep="\n  ", file=sys.stderr)
        return 2
    machine = describe_machine(ROOT)
    try:
        report = Report(list(suite.run(wanted)), machine)
    except (StackError, LoadError, TimeoutError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    _show(report)
    if arguments.rows:
        say("\nNot all rows were measured, so docs/performance is left as it is.")
    else:
        _write(report)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rows", default="", help="parts of names, between commas: the rows to measure (default: all)")
    return parser.parse_args()


def _wanted(rows: str) -> suite.Wanted:
    parts = [part.strip() for part in rows.split(",") if part.strip()]
    return lambda name: not parts or any(part.lower() in name.lower() for part in parts)


def _show(report: Report) -> None:
    for head, rows in _tables(report):
        say(f"\n{text_table(head, rows)}")
    for line in regressions(report, Report.load(FOLDER / "bench.json")):
        say(f"\nworse: {line}")


def _tables(report: Report) -> list[tuple[Sequence[str], list[tuple[str, ...]]]]:
    http = [http_cells(result) for result in report.results if is_http(result)]
    others = [other_cells(result) for result in report.results if not is_http(result)]
    return [(head, rows) for head, rows in ((HTTP_HEAD, http), (OTHER_HEAD, others)) if rows]


def _write(report: Report) -> None:
    report.save(FOLDER / "bench.json")
    (FOLDER / "bench.svg").write_text(chart(report.results))
    page = FOLDER / "README.md"
    page.write_text(_with_section(page.read_text(), report))
    say(f"\nWritten to {FOLDER.relative_to(ROOT)}: bench.json, bench.svg, README.md")


def _with_section(text: str, report: Report) -> str:
    """The page with the generated section replaced."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    measured = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in report.measured.items())
    tables = [markdown_table(head, rows) for head, rows in _tables(report)]
    return "\n\n".join([f"{before}{BEGIN}", f"Measured: {measured}.", *tables, f"{END}{after}"])


if __name__ == "__main__":
    sys.exit(main())
