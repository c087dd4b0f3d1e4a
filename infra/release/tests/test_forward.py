"""infra/release/forward.sh: a command reaches a cluster's databases, NATS and services."""

import os
import subprocess
from pathlib import Path

import pytest

from ticketing_local.settings import read_addresses

SCRIPT = Path(__file__).parents[1] / "forward.sh"
# Like kubectl: prints the operator's password (of nats-credentials: "nats"), or the free port that it listens on, and
# then runs until it is killed.
SECRETS = '[ "$1" = get ] && { printf %s "${3%-credentials}" | base64; exit; }; '
PORT_FORWARD = SECRETS + 'echo $$ >> "$0.pids"; echo "Forwarding from 127.0.0.1:1${3#:} -> ${3#:}"; exec sleep 600'
FAILURE = SECRETS + 'echo "error: services \\"nats\\" not found" >&2; exit 1'


def forwarded(folder: Path, kubectl: str, *command: str) -> subprocess.CompletedProcess[str]:
    fake = folder / "kubectl"
    fake.write_text(f"#!/bin/sh\n{kubectl}\n")
    fake.chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run([SCRIPT, *command], env=environment, capture_output=True, text=True, check=False)


def test_command_gets_urls_of_nats_and_each_database(tmp_path: Path) -> None:
    done = forwarded(tmp_path, PORT_FORWARD, "sh", "-c", 'echo "$ADDRESSES"')
    addresses = read_addresses({"ADDRESSES": done.stdout})
    assert addresses is not None, done.stderr
    assert addresses["nats"] == "nats://ops:nats@127.0.0.1:14222"
    assert addresses["orders-mongo"] == "mongodb://ops:mongo@127.0.0.1:127017"
    assert (addresses["orders"], addresses["expiration-worker"]) == ("http://127.0.0.1:13000", "http://127.0.0.1:19100")


def test_port_forwards_end_with_the_command(tmp_path: Path) -> None:
    done = forwarded(tmp_path, PORT_FORWARD, "sh", "-c", "exit 7")
    assert (done.returncode, done.stderr) == (7, "")
    pids = [int(line) for line in (tmp_path / "kubectl.pids").read_text().split()]
    assert len(pids) == 12
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_unreachable_service_is_named_and_command_not_run(tmp_path: Path) -> None:
    done = forwarded(tmp_path, FAILURE, "echo", "ran")
    assert (done.returncode, done.stdout) == (1, "")
    assert 'Cannot reach nats: error: services "nats" not found' in done.stderr


def test_partial_command_runs_although_a_service_is_unreachable(tmp_path: Path) -> None:
    done = forwarded(tmp_path, FAILURE, "--partial", "sh", "-c", 'echo "$ADDRESSES $PODS"')
    assert "Cannot reach nats" in done.stderr
    assert "nats=nats://ops:nats@127.0.0.1:1 " in done.stdout
    assert done.stdout.endswith(" kubectl\n")


def test_missing_credentials_are_reported_and_command_not_run(tmp_path: Path) -> None:
    done = forwarded(tmp_path, 'echo "secrets \\"$3\\" not found" >&2; exit 1', "echo", "ran")
    assert (done.returncode, done.stdout) == (1, "")
    assert 'secrets "nats-credentials" not found' in done.stderr
