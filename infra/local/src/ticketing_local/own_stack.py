"""A stack for one demo or bench: a port of its own, a folder that is deleted afterwards."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ticketing_local.errors import StackError
from ticketing_local.ports import free_gateway_port
from ticketing_local.settings import OWN_NAMES
from ticketing_local.state import write_private
from ticketing_local.supervision import leashed
from ticketing_local.up import READY

STOP_SECONDS = 60


@dataclass(frozen=True)
class OwnStack:
    """A healthy stack that nobody else uses."""

    url: str
    state_dir: Path


@contextlib.contextmanager
def own_stack(*, window_seconds: int) -> Iterator[OwnStack]:
    """What it says while it starts and stops is shown. Its folder is kept when the body raises."""
    folder = Path(tempfile.mkdtemp(prefix="ticketing-own-"))
    port = free_gateway_port()
    with _started(folder, port, window_seconds) as process:
        try:
            _show_until_up(process, folder)
            yield OwnStack(f"http://localhost:{port}", folder / "state")
        except BaseException:
            print(f"  its logs are kept in {folder / 'state' / 'logs'}", flush=True)
            raise
        finally:
            process.terminate()
            _show_rest(process)
            process.wait(STOP_SECONDS)
    shutil.rmtree(folder)


def _started(folder: Path, port: int, window_seconds: int) -> "subprocess.Popen[str]":
    """On a leash: it stops when this process dies, however that happens."""
    own = {"PORT": str(port), "STATE_DIR": str(folder / "state"), "EXPIRATION_WINDOW_SECONDS": str(window_seconds)}
    environment = {**{name: value for name, value in os.environ.items() if name not in OWN_NAMES}, **own}
    argv = [sys.executable, "-m", "ticketing_local", "up"]
    program = folder / "up.json"
    write_private(program, json.dumps({"argv": argv, "env": environment, "parent": os.getpid()}))
    return subprocess.Popen(leashed(program), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)


def _show_until_up(process: "subprocess.Popen[str]", folder: Path) -> None:
    assert process.stdout is not None  # noqa: S101  it is a pipe
    is_coming_up = True  # what follows is for people who will use the stack themselves
    for line in process.stdout:
        is_coming_up = is_coming_up and line.strip() != ""
        if line.startswith(READY):
            return
        if is_coming_up:
            print(f"  {line}", end="", flush=True)
    raise StackError(f"The demo's stack did not start; its logs are in {folder / 'state' / 'logs'}")


def _show_rest(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None  # noqa: S101  it is a pipe
    is_stopping = False
    for line in process.stdout:
        is_stopping = is_stopping or line.startswith("Stopping")
        if is_stopping:
            print(f"  {line}", end="", flush=True)
