"""STATE_DIR: private, kept, used by one stack at a time, and deleted only when it is one."""

import os
from pathlib import Path

import pytest

from ticketing_local.commands.reset import reset
from ticketing_local.errors import StackError, StateInUse
from ticketing_local.state import MAX_SOCKET_PATH, StateDir


def made(root: Path) -> StateDir:
    state = StateDir(root)
    state.create()
    return state


def test_a_secret_is_made_once_and_its_owner_alone_can_read_it(tmp_path: Path) -> None:
    state = made(tmp_path / "state")
    assert state.secret("jwt-secret") == state.secret("jwt-secret")
    assert len(state.secret("jwt-secret")) >= 43
    assert (state.root / "jwt-secret").stat().st_mode & 0o777 == 0o600


def test_two_states_have_different_secrets(tmp_path: Path) -> None:
    assert made(tmp_path / "a").secret("jwt-secret") != made(tmp_path / "b").secret("jwt-secret")


def test_a_second_stack_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    state = made(tmp_path)
    lock = state.lock()
    with pytest.raises(StateInUse, match=f"already runs .* on {tmp_path}: stop it, or choose another STATE_DIR"):
        state.lock()
    os.close(lock)
    os.close(state.lock())


def test_a_deep_folder_gets_a_socket_path_that_the_kernel_takes(tmp_path: Path) -> None:
    state = made(tmp_path / ("deep" * 30))
    assert len(str(state.socket())) <= MAX_SOCKET_PATH
    assert state.socket() == made(state.root).socket()
    assert state.socket() != made(tmp_path / ("deep" * 31)).socket()
    for folder in (state.socket().parent, made(tmp_path / ("deep" * 31)).socket().parent):
        folder.rmdir()


def test_reset_deletes_all_state(tmp_path: Path) -> None:
    state = made(tmp_path / "state")
    os.close(state.lock())
    assert reset(state, is_confirmed=True) == 0
    assert not state.root.exists()


def test_reset_leaves_a_folder_that_is_not_a_stacks(tmp_path: Path) -> None:
    (tmp_path / "letters").touch()
    with pytest.raises(StackError, match="is not a stack's folder"):
        reset(StateDir(tmp_path), is_confirmed=True)
    assert (tmp_path / "letters").exists()


def test_reset_is_refused_while_a_stack_runs(tmp_path: Path) -> None:
    state = made(tmp_path)
    lock = state.lock()
    with pytest.raises(StateInUse):
        reset(state, is_confirmed=True)
    os.close(lock)
    assert state.root.exists()


def test_reset_of_nothing_is_done_at_once(tmp_path: Path) -> None:
    assert reset(StateDir(tmp_path / "nowhere"), is_confirmed=False) == 0
