"""infra/local/exclusively.py: one set-up at a time."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "exclusively.py"
# Fails if another one runs.
ALONE = "import os, sys; os.mkdir(sys.argv[1]); print('alone', flush=True); sys.stdin.read(1); os.rmdir(sys.argv[1])"


def start(folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, str(SCRIPT), str(folder / "lock"), sys.executable, "-c", ALONE, str(folder / "alone")]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_second_command_waits_for_the_first(tmp_path: Path) -> None:
    with start(tmp_path) as one:
        assert next(iter(one.stdout or ())) == "alone\n"
        with start(tmp_path) as other:
            assert "waiting" in next(iter(other.stdout or ()))
            one.communicate("x")
            assert other.communicate("x")[0] == "alone\n"
    assert (one.returncode, other.returncode) == (0, 0)


def test_exit_status_is_that_of_the_command(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "raise SystemExit(3)"]
    assert subprocess.run([sys.executable, SCRIPT, tmp_path / "lock", *failing], check=False).returncode == 3
