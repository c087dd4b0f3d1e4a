"""What a container takes: memory of its processes, as the kernel counts it."""

from collections.abc import Iterable

from tests.images.engine import docker

KIB_PER_MIB = 1024


def resident_mib(container: str) -> float:
    """The resident set of all its processes, shared pages counted in each."""
    rows = docker("top", container, "-eo", "pid,rss").splitlines()[1:]
    return sum(int(row.split()[1]) for row in rows) / KIB_PER_MIB


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """As Markdown."""
    lines = [list(header), ["---"] * len(list(header)), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
