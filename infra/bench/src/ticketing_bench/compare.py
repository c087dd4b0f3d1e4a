"""Which rows got worse since the last report."""

from ticketing_bench.results import Report

TOLERANCE = 0.15


def regressions(now: Report, before: Report | None, *, tolerance: float = TOLERANCE) -> list[str]:
    """A line for each row whose CPU time, in bare responses, grew by more than `tolerance`."""
    old = {result.key: result.units for result in before.results} if before else {}
    found = []
    for result in now.results:
        units, units_before = result.units, old.get(result.key)
        if units and units_before and units > units_before * (1 + tolerance):
            growth = f"{units / units_before - 1:+.0%}"
            found.append(f"{result.label}: {units_before:.1f} → {units:.1f} bare responses, {growth}")
    return found
