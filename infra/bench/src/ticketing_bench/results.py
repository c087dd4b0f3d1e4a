"""What a benchmark found: results, and the report that holds those of one run."""

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from os import cpu_count, getloadavg
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """One row. CPU times are in seconds per 1000 requests (or events, orders, journeys: what the row counts).

    `cpu` is that of the server under test, `process`; `bare` and `operation` are the floors of the same run: a bare
    response, and the same database operation with nothing else around it. `figures` end in their unit.
    """

    name: str
    process: str | None = None
    cpu: float | None = None
    bare: float | None = None
    operation: float | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    cpu_by_process: Mapping[str, float] = field(default_factory=dict)
    driver: str = "motor"

    @property
    def units(self) -> float | None:
        """The CPU time in bare responses: comparable between machines."""
        return self.cpu / self.bare if self.cpu and self.bare else None

    @property
    def label(self) -> str:
        """The name, with the driver unless it is the default one."""
        return self.name if self.driver == "motor" else f"{self.name} ({self.driver})"

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the row in another report."""
        return self.name, self.driver


@dataclass(frozen=True)
class Report:
    """The results of one run, and where and when it was."""

    results: Sequence[Result]
    measured: Mapping[str, str | int | float]

    def save(self, path: Path) -> None:
        """Write it as JSON, with four significant digits."""
        content = {"measured": self.measured, "results": [_rounded(asdict(result)) for result in self.results]}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Report | None":
        """The report in this file; None when there is none yet."""
        if not path.exists():
            return None
        content = json.loads(path.read_text())
        return cls([Result(**result) for result in content["results"]], content["measured"])


def describe_machine(root: Path) -> dict[str, str | int | float]:
    """Date, commit, processor and load of this run."""
    commit = subprocess.run(
        ["git", "-C", str(root), "describe", "--always", "--dirty"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "commit": commit,
        "python": platform.python_version(),
        "processor": _processor(),
        "cores": cpu_count() or 0,
        "load_before": round(getloadavg()[0], 1),
    }


def _processor() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].partition(":")[2].strip() if names else platform.machine()


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return value
