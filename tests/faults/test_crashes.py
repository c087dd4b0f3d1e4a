"""Real processes kill themselves at crash points, under load. tests/model/crash_matrix.py covers every use case."""

from pathlib import Path

import pytest
from tests.faults.scenarios import crash_repeatedly

from ticketing_test_support.crashes import CrashPoint

WRITES = (CrashPoint.BEFORE_WRITE, CrashPoint.AFTER_WRITE)
POINTS = {
    **dict.fromkeys(("tickets", "orders-1", "payments", "expiration"), tuple(CrashPoint)),
    "expiration-worker": WRITES,
}


@pytest.mark.parametrize(("name", "point"), [(name, point) for name, points in POINTS.items() for point in points])
async def test_process_killed_at_crash_point_loses_nothing(
    stack, load, verify_guarantees, tmp_path: Path, name: str, point: CrashPoint
) -> None:
    async with load.running():
        await crash_repeatedly(stack, load, tmp_path, name, point, times=3)
    await verify_guarantees()
