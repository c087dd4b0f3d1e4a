"""`ticketing logs`: which files it reads, and in which order it prints their lines."""

import contextlib
from pathlib import Path

import pytest

from ticketing_local.commands.logs import LogFile, show_logs
from ticketing_local.errors import SettingsError
from ticketing_local.state import RunningStack, StateDir

REPLICAS = ("orders-1", "orders-2", "orders-3")


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    """Of a stack with three replicas of orders; an earlier run had only one."""
    state = StateDir(tmp_path)
    state.create()
    RunningStack(1, "", "", dict.fromkeys((*REPLICAS, "payments", "expiration", "expiration-worker"))).save(state)
    state.log("orders").write_text("2026-01-01T00:00:00Z earlier run\n")
    state.log("payments").write_text("2026-01-02T00:00:09Z paid\n")
    for second, name in enumerate(REPLICAS, start=1):
        lines = [f"2026-01-02T00:00:0{second}Z first", "traceback", f"2026-01-02T00:00:0{second + 4}Z second"]
        state.log(name).write_text("".join(f"{line}\n" for line in lines))
    return state


def test_logs_of_a_service_interleave_all_replicas(state: StateDir, capsys: pytest.CaptureFixture[str]) -> None:
    show_logs(state, "orders", lines=40, follow=False)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in lines] == [*(name for name in REPLICAS for _ in range(2)), *REPLICAS]
    assert lines[1] == "orders-1 | traceback"


@pytest.mark.parametrize(
    ("name", "lines", "expected"),
    [
        ("orders-2", 1, "2026-01-02T00:00:06Z second\n"),
        ("payments", 40, "2026-01-02T00:00:09Z paid\n"),
        ("expiration", 40, ""),  # not started yet, and not the worker
    ],
)
def test_logs_of_one_process(
    state: StateDir, capsys: pytest.CaptureFixture[str], name: str, lines: int, expected: str
) -> None:
    show_logs(state, name, lines=lines, follow=False)
    assert capsys.readouterr().out == expected


def test_unknown_process_is_refused(state: StateDir) -> None:
    with pytest.raises(SettingsError, match="There is no process 'order'; there are: orders-1, orders-2"):
        show_logs(state, "order", lines=1, follow=False)


def test_log_is_followed_from_creation_across_rotation(tmp_path: Path) -> None:
    path = tmp_path / "orders.log"
    with contextlib.closing(LogFile(path)) as log:
        assert log.new_lines() == []
        path.write_text("one\ntw")
        assert [line for _, line in log.new_lines()] == ["one"]
        with path.open("a") as file:
            file.write("o\nthree\n")
        path.rename(tmp_path / "orders.log.1")
        path.write_text("four\n")
        assert [line for _, line in log.new_lines()] == ["two", "three", "four"]
