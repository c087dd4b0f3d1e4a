"""Every use case, in each process that it runs through, killed at each step that it has there."""

import pytest

from ticketing_test_support.crash_points import Place, Point, seen
from ticketing_test_support.crashing import MATRIX, Cell, Outcomes, cells, folder_of
from ticketing_test_support.stack import Stack, ticketing

PROCESSES = sorted({way.process for way in MATRIX})
pytestmark = pytest.mark.timeout(1_200)


@pytest.mark.parametrize("cell", cells(MATRIX), ids=str)
def test_a_process_that_dies_at_this_step_loses_nothing(cell: Cell, outcomes: Outcomes) -> None:
    assert outcomes[cell] is None, outcomes[cell]


def test_after_all_these_deaths_the_audit_is_clean(crash_stack: Stack, outcomes: Outcomes) -> None:
    audit = ticketing("audit", "--settle", "60", STATE_DIR=str(crash_stack.state_dir))
    assert audit.returncode == 0, audit.stdout + audit.stderr


@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_came_to_a_step_that_is_missing_in_the_matrix(
    process: str, crash_stack: Stack, outcomes: Outcomes
) -> None:
    points = [Point(cell.place) for cell in cells(MATRIX)]
    found = seen(folder_of(crash_stack.state_dir, process))
    assert found, "nothing was seen: was the harness there?"
    assert [place for place in found if not _is_in(points, place)] == []


def _is_in(points: list[Point], place: Place) -> bool:
    return any(point.is_at(place) for point in points)
