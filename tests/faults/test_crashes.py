"""A process that is killed at a crash point, again and again, loses nothing that was accepted."""

from pathlib import Path

import pytest
from tests.faults.scenes import crash_repeatedly

from ticketing_test_support.crashes import CrashPoint
from ticketing_test_support.crowd import Crowd
from ticketing_test_support.stack import Stack

WRITES = (CrashPoint.BEFORE_WRITE, CrashPoint.AFTER_WRITE)
POINTS = {
    "tickets": tuple(CrashPoint),
    "orders-1": tuple(CrashPoint),
    "payments": tuple(CrashPoint),
    "expiration": tuple(CrashPoint),
    "expiration-worker": WRITES,
}


@pytest.mark.parametrize(("name", "point"), [(name, point) for name, points in POINTS.items() for point in points])
async def test_process_killed_at_crash_point_loses_nothing(
    stack: Stack, crowd: Crowd, all_is_well, tmp_path: Path, name: str, point: CrashPoint
) -> None:
    async with crowd.shopping():
        await crash_repeatedly(stack, crowd, tmp_path, name, point, times=3)
    await all_is_well()
