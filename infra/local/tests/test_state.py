"""STATE_DIR is private, used by one stack at a time, and deleted only on request."""

import os
from pathlib import Path

import pytest

from ticketing_local.commands.reset import reset
from ticketing_local.errors import StackError, StateInUse
from ticketing_local.state import MAX_SOCKET_PATH, StateDir


def created(root: Path) -> StateDir:
    state = StateDir(root)
    state.create()
    return state


def test_secret_is_created_once_and_private(tmp_path: Path) -> None:
    state = created(tmp_path / "state")
    assert state.secret("jwt-secret") == state.secret("jwt-secret")
    assert len(state.secret("jwt-secret")) >= 43
    assert (state.root / "jwt-secret").stat().st_mode & 0o777 == 0o600


def test_states_have_different_secrets(tmp_path: Path) -> None:
    assert created(tmp_path / "a").secret("jwt-secret") != created(tmp_path / "b").secret("jwt-secret")


def test_second_stack_is_refused(tmp_path: Path) -> None:
    state = created(tmp_path)
    lock = state.lock()
    with pytest.raises(StateInUse, match=f"already runs .* on {tmp_path}: stop it, or choose another STATE_DIR"):
        state.lock()
    os.close(lock)
    os.close(state.lock())


def test_socket_path_is_short_enough_in_a_deep_folder(tmp_path: Path) -> None:
    state = created(tmp_path / ("deep" * 30))
    assert len(str(state.socket())) <= MAX_SOCKET_PATH
    assert state.socket() == created(state.root).socket()
    assert state.socket() != created(tmp_path / ("deep" * 31)).socket()
    for folder in (state.socket().parent, created(tmp_path / ("deep" * 31)).socket().parent):
        folder.rmdir()


def test_reset_deletes_all_state(tmp_path: Path) -> None:
    state = created(tmp_path / "state")
    os.close(state.lock())
    assert reset(state, is_confirmed=True) == 0
    assert not state.root.exists()


def test_reset_refuses_other_folders(tmp_path: Path) -> None:
    (tmp_path / "letters").touch()
    with pytest.raises(StackError, match="is not a stack's folder"):
        reset(StateDir(tmp_path), is_confirmed=True)
    assert (tmp_path / "letters").exists()


def test_reset_is_refused_while_stack_runs(tmp_path: Path) -> None:
    state = created(tmp_path)
    lock = state.lock()
    with pytest.raises(StateInUse):
        reset(state, is_confirmed=True)
    os.close(lock)
    assert state.root.exists()


def test_reset_without_state_succeeds(tmp_path: Path) -> None:
    assert reset(StateDir(tmp_path / "nowhere"), is_confirmed=False) == 0
