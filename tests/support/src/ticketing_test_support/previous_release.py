"""Runs the services of the previous release beside the current ones, on the same database and broker.

`python -m ticketing_test_support.previous_release` starts such a stack: replica 1 of each service has the code of
PREVIOUS_RELEASE, a folder made by `extract`; all others have the current code. Dependencies are the current ones.
"""

import dataclasses
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ticketing_local.commands.up import up
from ticketing_local.processes.process import Layout, Process
from ticketing_local.processes.table import process_table
from ticketing_local.settings import ROOT, SERVICES, read_settings

COMMIT_FILE = ROOT / "infra" / "release" / "previous-release"
# Of the command that starts a service; the previous release does not have them.
NEWER_OPTIONS = ("--http", "ticketing_common.http_protocol:BoundedHttpProtocol")
REPLICAS = " ".join(f"{service}=2" for service in SERVICES)


class CommitMissingError(Exception):
    """The previous release is not in this clone's history; the message says how to get it."""


def previous_commit() -> str:
    """The commit of the previous release."""
    return COMMIT_FILE.read_text().strip()


def extract(commit: str, folder: Path) -> Path:
    """The sources of a commit, from Git's history. Raises CommitMissingError."""
    packages = [f"{package}/src" for package in ("common", *SERVICES)]
    archive = subprocess.run(["git", "archive", commit, *packages], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        raise CommitMissingError(
            f"Commit {commit} ({COMMIT_FILE.relative_to(ROOT)}) is not in this clone: run `git fetch --unshallow`"
        )
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
    return folder


def mixed_table(layout: Layout) -> list[Process]:
    """All processes but the web client, with replica 1 of each service from the previous release."""
    folder = Path(os.environ["PREVIOUS_RELEASE"])
    path = os.pathsep.join(str(folder / package / "src") for package in ("common", *SERVICES))
    table = [process for process in process_table(layout) if process.name != "client"]
    # That release expects replies under _INBOX, which only the operator may read.
    own = {"PYTHONPATH": path, "NATS_URL": layout.login_url("nats", "nats", layout.credentials.login("nats"))}
    return [_previous(process, own) if process.name.endswith("-1") else process for process in table]


def _previous(process: Process, environment: Mapping[str, str]) -> Process:
    command = tuple(argument for argument in process.command if argument not in NEWER_OPTIONS)
    return dataclasses.replace(process, command=command, environment={**process.environment, **environment})


if __name__ == "__main__":
    raise SystemExit(up(read_settings(os.environ), mixed_table))
