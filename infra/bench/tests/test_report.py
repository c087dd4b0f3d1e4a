"""What is computed from measurements: percentiles, comparison, tables, chart and report file."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ticketing_bench.chart import chart
from ticketing_bench.compare import regressions
from ticketing_bench.guard import best
from ticketing_bench.http import percentile
from ticketing_bench.results import Report, Result
from ticketing_bench.table import HTTP_HEAD, http_cells, other_cells, text_table

NAME = "GET /api/tickets (50)"
FIGURES = {"p50_ms": 12.345, "p99_ms": 40.0, "per_second": 1234.5}


def result(*, cpu: float = 1.0, bare: float = 0.04, name: str = NAME, driver: str = "motor") -> Result:
    return Result(name, "tickets", cpu, bare, 0.4, FIGURES, driver=driver)


def report(*results: Result) -> Report:
    return Report(results, {"date": "2026-01-01"})


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (50, 51), (99, 100), (100, 100)])
def test_percentile_is_nearest_rank(percent: int, expected: int) -> None:
    assert percentile(range(1, 101), percent) == expected


@pytest.mark.parametrize(
    ("now", "named"),
    [
        (result(cpu=1.14), False),
        (result(cpu=1.16), True),
        (result(cpu=2.0, bare=0.08), False),  # the machine is slower, not the route
        (result(cpu=2.0, name="new row"), False),
        (result(cpu=2.0, driver="pymongo"), False),
    ],
    ids=["within", "worse", "slower-machine", "new", "other-driver"],
)
def test_row_is_worse_when_it_grew_in_units_of_its_floor(now: Result, named: bool) -> None:
    assert bool(regressions(report(now), report(result()))) is named


def test_first_report_has_no_regressions() -> None:
    assert regressions(report(result()), None) == []


def test_guard_takes_the_cheapest_run_in_units_of_its_floor() -> None:
    runs = [{NAME: result(cpu=1.0, bare=0.04)}, {NAME: result(cpu=1.2, bare=0.06)}, {NAME: result(cpu=0.9, bare=0.03)}]
    assert [found.cpu for found in best(runs)] == [1.2]


def test_report_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "bench.json"
    report(result(cpu=1.234567)).save(path)
    loaded = Report.load(path)
    assert loaded is not None
    assert loaded.results == [replace(result(cpu=1.235), figures={**FIGURES, "p50_ms": 12.35, "per_second": 1234.0})]
    assert Report.load(tmp_path / "none.json") is None


def test_table_has_ratios_to_floors_and_original() -> None:
    cells = dict(zip(HTTP_HEAD, http_cells(result()), strict=True))
    assert (cells["/ bare"], cells["/ operation"], cells["/ original"]) == ("25.0", "2.50", "0.312")
    assert text_table(("a", "b"), [("row", "1")]) == "a    b\nrow  1"


def test_percentiles_of_one_time_are_shown_together() -> None:
    figures = {"paid_per_second": 30.0, "pay_p50_ms": 1.0, "pay_p99_ms": 20.0, "p50_ms": 3.0}
    assert other_cells(Result("on-sale", figures=figures))[-1] == "paid per second 30.0; pay 1.00/20.0 ms; time 3.00 ms"


def test_chart_has_one_label_a_route_of_the_default_driver() -> None:
    results = [result(), result(driver="pymongo"), result(name="POST /api/users/signin"), Result("memory")]
    root = ElementTree.fromstring(chart(results))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert [text for text in texts if text and "/api/" in text] == [NAME]
