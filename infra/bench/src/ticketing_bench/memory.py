"""Resident memory of each process."""

from ticketing_bench.processes import resident_mib
from ticketing_bench.results import Result
from ticketing_bench.stack import FLOOR, Stack

IDLE, AFTER = "memory, idle", "memory, after the HTTP rows"


def measure_memory(stack: Stack, name: str) -> Result:
    """In MiB."""
    pids = {process: pid for process, pid in stack.pids.items() if process != FLOOR}
    return Result(name=name, figures={f"{process} MiB": resident_mib(pid) for process, pid in pids.items()})
