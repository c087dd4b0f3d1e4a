"""A stack for tests is started again once when its first start fails."""

import sys
from pathlib import Path

import pytest

from ticketing_local.commands.up import READY
from ticketing_test_support.stack import started

# Exits on its first starts, of which it keeps count in STATE_DIR.
UP = f"""
import os, pathlib, sys, time
attempts = pathlib.Path(os.environ["STATE_DIR"], "attempts")
attempts.write_text((attempts.read_text() if attempts.exists() else "") + ".")
print("… 170 s: waiting for mongo", flush=True)
if len(attempts.read_text()) <= int(os.environ["FAILURES"]):
    sys.exit("mongo did not become healthy")
print("{READY}", flush=True)
time.sleep(60)
"""
COMMAND = (sys.executable, "-c", UP)


def test_failed_start_is_repeated_once(tmp_path: Path) -> None:
    with started(tmp_path, 1, COMMAND, FAILURES="1"):
        assert (tmp_path / "attempts").read_text() == ".."


def test_second_failure_shows_what_each_start_waited_for(tmp_path: Path) -> None:
    with pytest.raises(AssertionError) as failure, started(tmp_path, 1, COMMAND, FAILURES="2"):
        pass
    attempt = "… 170 s: waiting for mongo\nmongo did not become healthy\n"
    assert str(failure.value) == f"the stack did not start:\n{attempt}--- second attempt\n{attempt}"
