"""A stack for one demo or benchmark, on a free port and in a temporary folder."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ticketing_local.commands.up import READY
from ticketing_local.errors import StackError
from ticketing_local.ports import free_gateway_port
from ticketing_local.settings import OWN_NAMES
from ticketing_local.state import write_private
from ticketing_local.supervision.supervisor import guarded_command

STOP_SECONDS = 60


@dataclass(frozen=True)
class TemporaryStack:
    """A healthy stack without other users."""

    url: str
    state_dir: Path


@contextlib.contextmanager
def temporary_stack(*, window_seconds: int, **settings: str) -> Iterator[TemporaryStack]:
    """Show how it starts and stops; `settings` are environment variables of its services.

    Its folder is kept when the body raises. Raises StackError.
    """
    folder = Path(tempfile.mkdtemp(prefix="ticketing-"))
    port = free_gateway_port()
    with _start(folder, port, {"EXPIRATION_WINDOW_SECONDS": str(window_seconds), **settings}) as process:
        try:
            _show_start(process)
            yield TemporaryStack(f"http://localhost:{port}", folder / "state")
        except BaseException:
            print(f"  the logs are kept in {folder / 'state' / 'logs'}", flush=True)
            raise
        finally:
            process.terminate()
            _show_stop(process)
            process.wait(STOP_SECONDS)
    shutil.rmtree(folder)


def _start(folder: Path, port: int, settings: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Under the parent-death guard, so that it stops however this process ends."""
    own = {"PORT": str(port), "STATE_DIR": str(folder / "state"), **settings}
    environment = {**{name: value for name, value in os.environ.items() if name not in OWN_NAMES}, **own}
    argv = [sys.executable, "-m", "ticketing_local", "up"]
    program = folder / "up.json"
    write_private(program, json.dumps({"argv": argv, "env": environment, "parent": os.getpid()}))
    return subprocess.Popen(guarded_command(program), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)


def _show_start(process: "subprocess.Popen[str]") -> None:
    """Up to the banner, which is for interactive use."""
    is_starting = True
    for line in process.stdout or ():
        is_starting = is_starting and line.strip() != ""
        if line.startswith(READY):
            return
        if is_starting:
            print(f"  {line}", end="", flush=True)
    raise StackError("The temporary stack did not start")


def _show_stop(process: "subprocess.Popen[str]") -> None:
    is_stopping = False
    for line in process.stdout or ():
        is_stopping = is_stopping or line.startswith("Stopping")
        if is_stopping:
            print(f"  {line}", end="", flush=True)
