"""Runs the release scripts against a fake kubectl."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

RELEASE = Path(__file__).parents[1]
FAKE_KUBECTL = Path(__file__).with_name("fake_kubectl.py")


@dataclass(frozen=True)
class Cluster:
    """A folder with a fake kubectl, its state and a rendered release."""

    folder: Path

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script of infra/release on the release."""
        path = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            [RELEASE / script, self.folder / "release.yaml"],
            env={**os.environ, "PATH": path, "CLUSTER_FILE": str(self.folder / "cluster.json")},
            capture_output=True,
            text=True,
            check=False,
        )

    def update(self, **state: Any) -> None:
        """Change the state and forget earlier calls."""
        file = self.folder / "cluster.json"
        before = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps({**before, **state, "calls": []}))

    @property
    def calls(self) -> list[str]:
        """Calls of kubectl other than `get`, in order."""
        calls: list[str] = json.loads((self.folder / "cluster.json").read_text())["calls"]
        return [line for line in calls if not line.startswith("get ")]


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    """auth and orders and the database of auth run; the release changes orders and the database."""
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{FAKE_KUBECTL}" "$@"\n')
    kubectl.chmod(0o755)
    made = Cluster(tmp_path)
    made.update(
        workloads={"deployment/auth": "3", "deployment/orders": "7", "statefulset/auth-mongo": "auth-mongo-old"},
        changes={"deployment/orders": "8", "statefulset/auth-mongo": "auth-mongo-new"},
        broken=[],
        rejects=False,
    )
    return made
