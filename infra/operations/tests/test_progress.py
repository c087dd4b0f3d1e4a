"""Progress is shown on a terminal, or as lines once a run is long."""

import io

import pytest

from ticketing_ops.progress import CLEAR_LINE, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(out: io.StringIO, *, every: float) -> str:
    """What is printed by four calls, so many seconds apart."""
    times = iter([0.0, *(every * n for n in range(1, 5) for _ in range(2))])
    last = [0.0]

    def clock() -> float:
        last[0] = next(times, last[0])
        return last[0]

    progress = Progress(out=out, clock=clock)
    for step in range(4):
        progress.show(f"step {step}")
    progress.close()
    return out.getvalue()


@pytest.mark.parametrize(("every", "expected"), [(0.5, ""), (6, "step 0\nstep 1\nstep 2\nstep 3\n")])
def test_lines_are_printed_only_in_long_runs(every: float, expected: str) -> None:
    assert shown(io.StringIO(), every=every) == expected


def test_line_of_a_terminal_is_rewritten_and_cleared() -> None:
    text = shown(Terminal(), every=0.5)
    assert "\n" not in text
    assert text.startswith(f"{CLEAR_LINE}step 0")
    assert text.endswith(CLEAR_LINE)
