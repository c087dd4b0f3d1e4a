"""Programs that observe a stack are found on PATH or in Debian's packages."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ticketing_local.binaries import BinaryNotFound
from ticketing_local.debian import PACKAGES, find_program

needs_apt = pytest.mark.skipif(shutil.which("apt-get") is None, reason="needs apt")


@needs_apt
@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_program_is_found_and_runs(name: str) -> None:
    found = subprocess.run([find_program(name), "--version"], capture_output=True, text=True, check=True)
    assert "go1." in found.stdout + found.stderr


def test_program_on_path_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "promtool"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program("promtool") == mine


def test_missing_program_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BinaryNotFound, match=r"No usable prometheus .*put it on PATH"):
        find_program("prometheus")
    assert not (tmp_path / "debian" / "prometheus").exists()
