"""The report of a run: shown on the terminal, and written to docs/performance."""

from collections.abc import Sequence

from ticketing_bench.chart import chart
from ticketing_bench.compare import regressions
from ticketing_bench.progress import say
from ticketing_bench.results import Report
from ticketing_bench.table import HTTP_HEAD, OTHER_HEAD, http_cells, is_http, markdown_table, other_cells, text_table
from ticketing_local.settings import ROOT

FOLDER = ROOT / "docs" / "performance"
BENCH_FILE = FOLDER / "bench.json"
BEGIN, END = "<!-- begin: written by a script -->", "<!-- end -->"


def show(report: Report) -> None:
    """Print the tables, and the rows that got worse since the report in docs/performance."""
    for head, rows in _tables(report):
        say(f"\n{text_table(head, rows)}")
    for line in regressions(report, Report.load(BENCH_FILE)):
        say(f"\nworse: {line}")


def _tables(report: Report) -> list[tuple[Sequence[str], list[tuple[str, ...]]]]:
    http = [http_cells(result) for result in report.results if is_http(result)]
    others = [other_cells(result) for result in report.results if not is_http(result)]
    return [(head, rows) for head, rows in ((HTTP_HEAD, http), (OTHER_HEAD, others)) if rows]


def write(report: Report) -> None:
    """Replace the report, the chart and the tables in docs/performance."""
    report.save(BENCH_FILE)
    (FOLDER / "bench.svg").write_text(chart(report.results))
    page = FOLDER / "README.md"
    measured = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in report.measured.items())
    tables = [markdown_table(head, rows) for head, rows in _tables(report)]
    page.write_text(with_section(page.read_text(), [f"Measured: {measured}.", *tables]))
    say(f"\nWritten to {FOLDER.relative_to(ROOT)}: bench.json, bench.svg, README.md")


def with_section(text: str, paragraphs: Sequence[str]) -> str:
    """A page with its generated section replaced."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n\n".join([f"{before}{BEGIN}", *paragraphs, f"{END}{after}"])
