"""The scripts of a release, run as people and CI run them, against a stand-in for kubectl."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

RELEASE = Path(__file__).parents[1]
STAND_IN = Path(__file__).with_name("stand_in_kubectl.py")


@dataclass(frozen=True)
class Cluster:
    """A folder with a kubectl that plays a cluster, and a rendered release."""

    folder: Path

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """What a script of infra/release does with the release."""
        path = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            [RELEASE / script, self.folder / "release.yaml"],
            env={**os.environ, "PATH": path, "CLUSTER_FILE": str(self.folder / "cluster.json")},
            capture_output=True,
            text=True,
            check=False,
        )

    def becomes(self, **facts: Any) -> None:
        """Change what the stand-in plays, and forget what it was asked."""
        file = self.folder / "cluster.json"
        before = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps({**before, **facts, "asked": []}))

    @property
    def asked(self) -> list[str]:
        """What kubectl was asked, in order, without reading."""
        asked: list[str] = json.loads((self.folder / "cluster.json").read_text())["asked"]
        return [line for line in asked if not line.startswith("get ")]


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    """auth and orders and the database of auth run; the release changes orders and the database."""
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{STAND_IN}" "$@"\n')
    kubectl.chmod(0o755)
    made = Cluster(tmp_path)
    made.becomes(
        workloads={"deployment/auth": "3", "deployment/orders": "7", "statefulset/auth-mongo": "auth-mongo-old"},
        changes={"deployment/orders": "8", "statefulset/auth-mongo": "auth-mongo-new"},
        broken=[],
        refuses=False,
    )
    return made
