"""CPU time and memory of other processes (Linux)."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

MIB = 1 << 20
_CPU_CLOCK = 2  # CPUCLOCK_SCHED, see clock_getcpuclockid(3)
_QUIET_SECONDS = 0.03
_QUIET_SHARE = 0.05
_PATIENCE_SECONDS = 3.0


def cpu_seconds(pid: int) -> float:
    """User and system CPU time of all threads, to the nanosecond where /proc/PID/stat counts ticks of 10 ms."""
    return time.clock_gettime((~pid << 3) | _CPU_CLOCK)


def cpu_by_name(pids: Mapping[str, int]) -> dict[str, float]:
    """`cpu_seconds` of each process."""
    return {name: cpu_seconds(pid) for name, pid in pids.items()}


def resident_mib(pid: int) -> float:
    """Resident memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB


def wait_until_quiet(pid: int) -> None:
    """Wait, for some seconds at most, until the process has done what its last requests left to do."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    before = cpu_seconds(pid)
    while time.monotonic() < deadline:
        time.sleep(_QUIET_SECONDS)
        now = cpu_seconds(pid)
        if now - before < _QUIET_SECONDS * _QUIET_SHARE:
            return
        before = now
