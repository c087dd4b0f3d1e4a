"""infra/release/forward.sh: a command reaches a cluster's databases and NATS."""

import os
import subprocess
from pathlib import Path

import pytest

from ticketing_local.settings import read_addresses

SCRIPT = Path(__file__).parents[1] / "forward.sh"
# As kubectl does: it tells the port that it found free, and stays until it is ended.
FORWARDS = 'echo $$ >> "$0.pids"; echo "Forwarding from 127.0.0.1:1${3#:} -> ${3#:}"; exec sleep 600'
REFUSES = 'echo "error: services \\"nats\\" not found" >&2; exit 1'


def forwarded(folder: Path, kubectl: str, *command: str) -> subprocess.CompletedProcess[str]:
    stand_in = folder / "kubectl"
    stand_in.write_text(f"#!/bin/sh\n{kubectl}\n")
    stand_in.chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run([SCRIPT, *command], env=environment, capture_output=True, text=True, check=False)


def test_the_command_is_told_an_address_for_nats_and_each_database(tmp_path: Path) -> None:
    done = forwarded(tmp_path, FORWARDS, "sh", "-c", 'echo "$ADDRESSES"')
    told = read_addresses({"ADDRESSES": done.stdout})
    assert told is not None, done.stderr
    assert (told["nats"], told["orders-mongo"]) == ("nats://127.0.0.1:14222", "mongodb://127.0.0.1:127017")


def test_the_port_forwards_end_with_the_command_and_its_exit_status_is_kept(tmp_path: Path) -> None:
    done = forwarded(tmp_path, FORWARDS, "sh", "-c", "exit 7")
    assert done.returncode == 7
    pids = [int(line) for line in (tmp_path / "kubectl.pids").read_text().split()]
    assert len(pids) == 6
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_what_cannot_be_reached_is_named_and_the_command_is_not_run(tmp_path: Path) -> None:
    done = forwarded(tmp_path, REFUSES, "echo", "ran")
    assert (done.returncode, done.stdout) == (1, "")
    assert 'No way to nats: error: services "nats" not found' in done.stderr
